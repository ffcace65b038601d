namespace ProcessingJob.Contract.Output;

/// <summary><c>_reports/&lt;host&gt;.json</c>: what one host did and where its time went.</summary>
public sealed record HostReport
{
    public string Host { get; init; } = "";
    public int Rank { get; init; }
    public string Status { get; init; } = "";
    public string? Message { get; init; }
    public DateTimeOffset StartedAt { get; init; }
    public DateTimeOffset FinishedAt { get; init; }
    public string Task { get; init; } = "";
    public string Device { get; init; } = "";

    /// <summary>Why this device was chosen.</summary>
    public string DeviceReason { get; init; } = "";

    /// <summary>ONNX Runtime's execution provider, such as CUDAExecutionProvider; null: no session ran.</summary>
    public string? Provider { get; init; }

    /// <summary>SageMaker's name of the host's type; null where it is not told.</summary>
    public string? InstanceType { get; init; }

    /// <summary>The NVIDIA driver and GPUs in use; null: none.</summary>
    public GpuFacts? Gpu { get; init; }

    /// <summary>Where the graph's nodes ran; null: on a CPU.</summary>
    public GraphPlacement? Placement { get; init; }

    /// <summary>The .onnx or safetensors file, relative to the model folder; a resumed run goes on with it.</summary>
    public string? ModelFile { get; init; }

    /// <summary>Why this file was chosen.</summary>
    public string? ModelFileReason { get; init; }

    /// <summary>Padded tokens of a batch; a resumed run with compute.tune takes it from here.</summary>
    public int? TokenBudget { get; init; }

    /// <summary>What the spec left to the model folder.</summary>
    public ResolvedSettings? Resolved { get; init; }

    /// <summary>What should be known before the results are trusted.</summary>
    public IReadOnlyList<JobWarning> Warnings { get; init; } = [];
    public int UnitsDone { get; init; }
    public int UnitsSkipped { get; init; }
    public long RowsIn { get; init; }
    public long RowsOut { get; init; }
    public long Tokens { get; init; }

    /// <summary>
    /// Tokens that went through the device, without padding: less than <see cref="Tokens"/> where equal texts were encoded once.
    /// </summary>
    public long RealTokens { get; init; }

    /// <summary>The same with padding: what the device computed.</summary>
    public long PaddedTokens { get; init; }

    /// <summary>Encodings that took the result of an equal one (compute.dedup).</summary>
    public long DuplicateRows { get; init; }

    /// <summary>Encodings run again alone because of NaN or infinity.</summary>
    public long RetriedRows { get; init; }

    /// <summary>Batches cut in two because a device ran out of memory.</summary>
    public long Halvings { get; init; }

    /// <summary>Sessions made anew after they died.</summary>
    public long Recreations { get; init; }
    public long Truncated { get; init; }
    public IReadOnlyDictionary<string, long> Rejects { get; init; } = new SortedDictionary<string, long>(StringComparer.Ordinal);

    /// <summary>The first few rejects, for reports and failure messages.</summary>
    public IReadOnlyList<Reject> RejectSamples { get; init; } = [];

    /// <summary>Seconds from the end of the model's load to the last result.</summary>
    public double BusySeconds { get; init; }

    /// <summary>Share of the device's caller time spent in Run, 0 to 1, from the first batch to the last.</summary>
    public double DeviceUtilisation { get; init; }
    public IReadOnlyList<StageReport> Stages { get; init; } = [];
    public IReadOnlyList<ThroughputPoint> Throughput { get; init; } = [];

    /// <summary>Rows by token count, in buckets of <see cref="LengthBucket"/> tokens; the last bucket is open.</summary>
    public IReadOnlyList<long> Lengths { get; init; } = [];
    public int LengthBucket { get; init; } = 8;
    public int MaxLength { get; init; }
    public long PeakMemoryBytes { get; init; }
}

/// <summary>Seconds a stage worked, waited for input and waited to hand on; summed over its workers.</summary>
public sealed record StageReport(string Name, int Workers, double BusySeconds, double WaitInputSeconds, double WaitOutputSeconds)
{
    /// <summary>CPU time of the busy seconds; less than those where other work had the cores, or the stage waited for a disk.</summary>
    public double CpuSeconds { get; init; }
}

/// <summary>Totals at a moment, in seconds since the start.</summary>
public sealed record ThroughputPoint(double Seconds, long Rows, long Tokens);
