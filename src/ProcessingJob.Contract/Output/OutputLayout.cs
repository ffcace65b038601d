namespace ProcessingJob.Contract.Output;

/// <summary>
/// Names inside an output, the same on disk and on S3; always with '/'. Readers of data sets skip names that begin with '_' or '.', as
/// all do beside <see cref="DataFolder"/>: the root of an output reads as a data set too.
/// </summary>
public static class OutputLayout
{
    public const string Manifest = "_manifest.json";
    public const string Success = "_SUCCESS";
    public const string CommitFolder = "_commits/";
    public const string RejectFolder = "_rejects/";
    public const string DataFolder = "data/";
    public const string ReportFolder = "_reports/";

    /// <summary>Ends the name of the lines beside an npy matrix; their record says 0 rows.</summary>
    public const string Sidecar = ".rows.jsonl";

    /// <summary>
    /// A part file. Below a split's folder its name begins with the split's, where Hugging Face datasets looks for it; Hive readers take
    /// the folder.
    /// </summary>
    /// <param name="unit">Id of the unit.</param>
    /// <param name="index">0 for the unit's first part.</param>
    /// <param name="split">Name of the split, or null.</param>
    /// <param name="extension">With the dot.</param>
    public static string Part(string unit, int index, string? split, string extension) =>
        $"{DataFolder}{(split is null ? "" : $"split={split}/{split}-")}part-{unit}{(index == 0 ? "" : $"-{index}")}{extension}";

    public static string Rejects(string unit) => $"{RejectFolder}part-{unit}.jsonl";

    public static string Commit(string unit) => $"{CommitFolder}{unit}.json";

    public static string Report(string host) => $"{ReportFolder}{host}.json";
}
