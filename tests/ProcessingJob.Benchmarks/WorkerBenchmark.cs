namespace ProcessingJob.Benchmarks;

/// <summary>The whole worker as a process.</summary>
static class WorkerBenchmark
{
    public static Task RunAsync(BenchmarkOptions options, Table table)
    {
        table.Case("not written yet");
        return Task.CompletedTask;
    }
}
