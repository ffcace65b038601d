using ProcessingJob.Contract;

namespace ProcessingJob.Storage;

/// <summary>
/// Tables of Delta Lake, Iceberg and Hudi: which files of the folder are the table stands in a log. Reading them all would bring back
/// rows that were deleted or replaced, so such a folder is refused.
/// </summary>
public static class TableFormats
{
    /// <param name="root">The folder, for the message.</param>
    /// <param name="names">Everything below it, hidden names too, with '/'.</param>
    /// <exception cref="PJobException">Exit code 2: some name belongs to such a log.</exception>
    public static void Refuse(string root, IEnumerable<string> names)
    {
        foreach (var name in names)
        {
            RefuseName(root, name);
        }
    }

    /// <param name="root">The folder, for the message.</param>
    /// <param name="name">A path below it, with '/'.</param>
    /// <exception cref="PJobException">Exit code 2: the name belongs to such a log.</exception>
    public static void RefuseName(string root, string name)
    {
        var parts = name.Split('/');
        var format =
            parts.Contains("_delta_log") ? ("a Delta Lake table (_delta_log/)", "delta_scan")
            : parts.Contains(".hoodie") ? ("a Hudi table (.hoodie/)", null)
            : parts is [.., "metadata", var file] && file.EndsWith(".metadata.json", StringComparison.Ordinal)
                ? ("an Iceberg table (metadata/)", "iceberg_scan")
            : ((string What, string? Scan)?)null;
        if (format is not { } found)
        {
            return;
        }

        var export = found.Scan is null
            ? "in Spark: spark.read.format(\"hudi\").load(TABLE).write.parquet(FOLDER)"
            : $"in DuckDB: COPY (SELECT * FROM {found.Scan}('TABLE')) TO 'out.parquet', or in Spark: "
                + "spark.read.table(TABLE).write.parquet(FOLDER)";
        throw new PJobException(
            $"{root}: found {found.What}, whose log says which of its files count; its files alone hold deleted and replaced "
                + $"rows; fix: export the table ({export}) and set input.data to that",
            ExitCode.BadSpec
        );
    }
}
