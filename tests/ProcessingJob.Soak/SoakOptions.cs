namespace ProcessingJob.Soak;

/// <summary>What the command line says.</summary>
sealed record SoakOptions
{
    /// <summary>pjob.dll.</summary>
    public required string Pjob { get; init; }

    /// <summary>The worker's program, for the hosts of the S3 storm.</summary>
    public required string Worker { get; init; }
    public int Rows { get; init; }
    public int Files { get; init; }
    public int Hosts { get; init; }

    /// <summary>Faults of processes, files, disk and clock.</summary>
    public int Faults { get; init; }

    /// <summary>Spoiled answers of S3 at least; 0: no S3 storm.</summary>
    public int S3Faults { get; init; }
    public int Seed { get; init; }

    public static SoakOptions Parse(string[] args)
    {
        int Option(string name, int value) => Array.IndexOf(args, "--" + name) is var i and >= 0 ? int.Parse(args[i + 1]) : value;
        return new()
        {
            Pjob = args[0],
            Worker = args[1],
            Rows = Option("rows", 2_000_000),
            Files = Option("files", 48),
            Hosts = Option("hosts", 5),
            Faults = Option("faults", 80),
            S3Faults = Option("s3-faults", 150),
            Seed = Option("seed", 1),
        };
    }
}
