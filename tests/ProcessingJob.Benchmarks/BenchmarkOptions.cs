namespace ProcessingJob.Benchmarks;

/// <param name="Full">More texts and models; without it a run takes about three minutes.</param>
/// <param name="Only">Of data: measures what has this in its name.</param>
sealed record BenchmarkOptions(bool Full, string Only = "");
