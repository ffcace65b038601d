using System.Text.RegularExpressions;

namespace ProcessingJob.Data.Finalizing;

/// <summary>
/// Tells the files that workers write from anything else that lies in an output, so that nothing of the user's is ever removed.
/// </summary>
public static partial class OutputNames
{
    /// <summary>The unit whose file this is, or null when it is none of ours.</summary>
    public static string? UnitOf(string path) => Unit().Match(path) is { Success: true } match ? match.Groups["unit"].Value : null;

    [GeneratedRegex(
        "^(data/(split=(?<split>[A-Za-z0-9_-]+)/\\k<split>-)?part-(?<unit>[0-9a-f]{16})[-.][A-Za-z0-9.-]+"
            + "|_rejects/part-(?<unit>[0-9a-f]{16})\\.jsonl|_commits/(?<unit>[0-9a-f]{16})\\.json)$",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex Unit();
}
