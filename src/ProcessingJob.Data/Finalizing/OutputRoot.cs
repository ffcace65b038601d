using System.Text.Json;
using System.Text.RegularExpressions;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Output;
using ProcessingJob.Storage;

namespace ProcessingJob.Data.Finalizing;

/// <summary>What must not lie in an output: files of the layout before version 0.2, and among the parts files that are not ours.</summary>
public static partial class OutputRoot
{
    const string OldManifest = "manifest.json";

    /// <exception cref="PJobException">BadSpec: the output is of the old layout, or something else lies among its parts.</exception>
    public static async Task CheckAsync(IOutputStore output, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(output);
        await CheckLayoutAsync(output, cancellationToken).ConfigureAwait(false);
        await foreach (var file in output.ListAsync(OutputLayout.DataFolder, cancellationToken).ConfigureAwait(false))
        {
            if (IsForeign(file.Path))
            {
                throw new PJobException(
                    $"output.data: {output.Location}/{file.Path} is no part of a job, and readers of {OutputLayout.DataFolder} would take "
                        + "it for one; fix: move it away, or choose another output.data",
                    ExitCode.BadSpec
                );
            }
        }
    }

    /// <exception cref="PJobException">BadSpec: the output is of the old layout.</exception>
    public static async Task CheckLayoutAsync(IOutputStore output, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(output);
        if (await FindOldAsync(output, cancellationToken).ConfigureAwait(false) is { } old)
        {
            throw new PJobException(
                $"{output.Location} holds the output of an earlier version of pjob ({old}; this one writes {OutputLayout.Manifest}, "
                    + $"{OutputLayout.ReportFolder} and {OutputLayout.RejectFolder}); fix: choose another output.data, or remove that "
                    + "output and run the job again",
                ExitCode.BadSpec
            );
        }
    }

    /// <summary>Whether readers of the data would read a file that no unit has written; they skip names with a '_' or a '.'.</summary>
    public static bool IsForeign(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return path.StartsWith(OutputLayout.DataFolder, StringComparison.Ordinal)
            && path[(path.LastIndexOf('/') + 1)..] is not ['_' or '.', ..]
            && OutputNames.UnitOf(path) is null;
    }

    static async Task<string?> FindOldAsync(IOutputStore output, CancellationToken cancellationToken)
    {
        if (await output.ReadAsync(OldManifest, cancellationToken).ConfigureAwait(false) is { } json && IsManifest(json))
        {
            return OldManifest;
        }

        foreach (var folder in new[] { "commits/", "reports/", "rejects/" })
        {
            await foreach (var file in output.ListAsync(folder, cancellationToken).ConfigureAwait(false))
            {
                if (Old().IsMatch(file.Path))
                {
                    return file.Path;
                }
            }
        }

        return null;
    }

    // A file of this name may be anybody's.
    static bool IsManifest(byte[] json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("spec_fingerprint", out _);
        }
        catch (JsonException)
        {
            return false;
        }
    }

    [GeneratedRegex(
        "^(commits/[0-9a-f]{16}\\.json|reports/algo-[0-9]+\\.json|rejects/part-[0-9a-f]{16}\\.jsonl)$",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex Old();
}
