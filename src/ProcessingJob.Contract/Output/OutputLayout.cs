namespace ProcessingJob.Contract.Output;

/// <summary>Names inside an output, the same on disk and on S3; always with '/'.</summary>
public static class OutputLayout
{
    public const string Manifest = "manifest.json";
    public const string Success = "_SUCCESS";
    public const string CommitFolder = "_commits/";
    public const string RejectFolder = "rejects/";
    public const string DataFolder = "data/";
    public const string ReportFolder = "reports/";

    /// <summary>Ends the name of the lines beside an npy matrix; their record says 0 rows.</summary>
    public const string Sidecar = ".rows.jsonl";

    /// <param name="unit">Id of the unit.</param>
    /// <param name="index">0 for the unit's first part.</param>
    /// <param name="split">Name of the split, or null.</param>
    /// <param name="extension">With the dot.</param>
    public static string Part(string unit, int index, string? split, string extension) =>
        $"{DataFolder}{(split is null ? "" : $"split={split}/")}part-{unit}{(index == 0 ? "" : $"-{index}")}{extension}";

    public static string Rejects(string unit) => $"{RejectFolder}part-{unit}.jsonl";

    public static string Commit(string unit) => $"{CommitFolder}{unit}.json";

    public static string Report(string host) => $"{ReportFolder}{host}.json";
}
