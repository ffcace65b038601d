namespace ProcessingJob.Benchmarks;

/// <param name="Full">More texts and models; without it a run takes about three minutes.</param>
sealed record BenchmarkOptions(bool Full);
