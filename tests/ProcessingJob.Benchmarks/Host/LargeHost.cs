namespace ProcessingJob.Benchmarks.Host;

/// <summary>
/// What feeds eight GPUs on 192 vCPUs (ml.g5.48xlarge and its like), as far as it follows from costs per row on this machine.
/// </summary>
static class LargeHost
{
    public const string Formula =
        "rate of a stage = threads it may use there / its CPU seconds per row here (of commits, one at a time, the seconds they take); the "
        + "host's rate is the smallest of them and of 192 / all CPU seconds per row";

    const int Cores = 192,
        Gpus = 8;

    /// <summary>The rate, rows/s, and what bounds it.</summary>
    public static (double Rate, string Bound) Of(HostResult result)
    {
        var rates = result
            .Stages.Where(s => s.Cpu > 0)
            .Select(s => (Rate: ThreadsOf(s.Name) * result.Rows / s.Cpu, s.Name))
            .Append((Cores * result.Rows / result.Cpu, "all cores"));
        return rates.Min();
    }

    /// <summary>
    /// A lane per core does all but what the devices' own threads do, two a GPU; units are committed one after another.
    /// </summary>
    static int ThreadsOf(string stage) =>
        stage switch
        {
            "deliver" => 2 * Gpus,
            HostCase.Commit => 1,
            _ => Cores,
        };
}
