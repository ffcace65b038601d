using System.Globalization;

namespace ProcessingJob.FakeWorker;

/// <summary>What this host is told to do wrong.</summary>
sealed record Script(int? ExitCode = null, int CrashAfter = -1, int HangAfter = -1)
{
    public static Script For(string host)
    {
        var script = new Script();
        foreach (var step in (Environment.GetEnvironmentVariable("FAKE_WORKER") ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = step.Split(':');
            if (parts[0] != "*" && parts[0] != host)
            {
                continue;
            }

            var n = int.Parse(parts[2], CultureInfo.InvariantCulture);
            script = parts[1] switch
            {
                "exit" => script with { ExitCode = n },
                "crash" => script with { CrashAfter = n },
                "hang" => script with { HangAfter = n },
                _ => throw new ArgumentException($"FAKE_WORKER: unknown action {parts[1]}"),
            };
        }
        return script;
    }
}
