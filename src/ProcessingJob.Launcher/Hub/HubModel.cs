using System.Text.RegularExpressions;
using ProcessingJob.Contract;

namespace ProcessingJob.Launcher.Hub;

/// <summary>A model's address on the hub: <c>owner/name</c>, <c>owner/name@revision</c>, with or without <c>hf://</c>.</summary>
public sealed partial record HubModel(string Repository, string Revision)
{
    /// <exception cref="PJobException">Not of that form.</exception>
    public static HubModel Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var name = text.StartsWith("hf://", StringComparison.OrdinalIgnoreCase) ? text[5..] : text;
        var match = AddressPattern().Match(name);
        return match.Success
            ? new HubModel(match.Groups["repository"].Value, match.Groups["revision"].Success ? match.Groups["revision"].Value : "main")
            : throw new PJobException($"model: found \"{text}\", expected owner/name or owner/name@revision", ExitCode.BadSpec);
    }

    // A revision may be a branch with slashes, refs/pr/1, a tag or a commit.
    [GeneratedRegex(
        @"^(?<repository>[A-Za-z0-9][A-Za-z0-9_.-]*(/[A-Za-z0-9][A-Za-z0-9_.-]*)?)(@(?<revision>[A-Za-z0-9][A-Za-z0-9_./-]*))?\z"
    )]
    private static partial Regex AddressPattern();
}

/// <summary>A file of a model on the hub.</summary>
/// <param name="Path">Below the model's root, with '/'.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Sha256">Of the content, for files kept in large-file storage; else null.</param>
/// <param name="BlobId">Git's own hash of the content, for the others.</param>
public sealed record HubFile(string Path, long Size, string? Sha256, string? BlobId);
