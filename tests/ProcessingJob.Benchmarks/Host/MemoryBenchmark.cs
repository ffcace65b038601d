using ProcessingJob.Testing;

namespace ProcessingJob.Benchmarks.Host;

/// <summary>
/// Peak memory of the worker with the null device over a million rows against a hundred thousand: a number, not a curve. Blocks are the
/// CPU's: of a GPU's, of 16,384 rows, the smaller input has so few that it ends before as many are in flight as there may be.
/// </summary>
static class MemoryBenchmark
{
    const int Few = 100_000,
        Many = 1_000_000;
    const double Goal = 1.1;

    static readonly (string What, string Task, string Format, string[] More)[] Cases =
    [
        ("embed 384, parquet", "embed", "parquet", []),
        ("embed 384, jsonl", "embed", "jsonl", []),
        ("embed 384, npy", "embed", "npy", []),
        ("embed 384, parquet, three splits", "embed", "parquet", ["--output.split", "train=0.8,validation=0.1,test=0.1"]),
        (
            "embed 384, parquet, windows",
            "embed",
            "parquet",
            ["--tokens.max_length", "16", "--tokens.overflow", "window", "--tokens.stride", "4"]
        ),
        ("tokenize, parquet", "tokenize", "parquet", []),
    ];

    /// <summary>Sets the program's exit code where the goal is missed.</summary>
    public static Task RunAsync()
    {
        using var few = new TempFolder();
        using var many = new TempFolder();
        HostInput.Write(few, "csv", Few);
        HostInput.Write(many, "csv", Many);
        Console.WriteLine($"  {"", -34}{"100,000 rows", 14}{"1,000,000 rows", 16}{"ratio", 8}   peak MB; goal: at most {Goal}");
        foreach (var (what, task, format, more) in Cases)
        {
            var (small, large) = (Peak(few), Peak(many));
            var ratio = large / small;
            Console.WriteLine($"  {what, -34}{small, 14:N0}{large, 16:N0}{ratio, 8:0.00}{(ratio > Goal ? "   MISSED" : "")}");
            if (ratio > Goal)
            {
                Environment.ExitCode = 1;
            }

            double Peak(TempFolder data)
            {
                using var root = HostInput.Root(data["csv"]);
                return new HostCase(root.Path, task, 384, "float32", format, more) { AsCuda = false }
                        .RunInProcess()
                        .PeakBytes / 1e6;
            }
        }

        return Task.CompletedTask;
    }
}
