using ProcessingJob.Contract;

namespace ProcessingJob.Data.Reading;

/// <summary>What a fault of the Parquet library means: something that it cannot read, or bytes that are broken.</summary>
static class ParquetFaults
{
    static readonly string[] Unsupported =
    [
        "not implemented",
        "notimplemented",
        "not yet implemented",
        "unsupported",
        "not supported",
        "unknown codec",
        "not built",
        "unknown encoding",
        "encrypt",
        "nyi",
    ];

    /// <param name="file">Its name.</param>
    /// <param name="where">Footer, or row group and column.</param>
    /// <param name="fault">The library's.</param>
    public static PJobException Of(string file, string where, Exception fault)
    {
        var text = TextOf(fault);
        return Unsupported.Any(word => text.Contains(word, StringComparison.OrdinalIgnoreCase))
            ? new($"{file}: not supported: {text} ({where}); fix: write it again with a common codec and encoding", ExitCode.Failed, fault)
            : new($"{file}: the Parquet data is damaged ({where}): {text}; fix: write or copy the file again", ExitCode.Failed, fault);
    }

    /// <summary>The library's words without the names of its classes: <c>class parquet::… (message: 'words')</c>.</summary>
    static string TextOf(Exception fault)
    {
        var text = fault.Message.Split('\n', 2)[0];
        var start = text.IndexOf("(message: '", StringComparison.Ordinal);
        return start < 0 ? text.TrimEnd('.', ' ') : text[(start + 11)..].TrimEnd(')', '\'', '.', ' ');
    }
}
