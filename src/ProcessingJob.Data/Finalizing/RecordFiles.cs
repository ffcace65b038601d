using ProcessingJob.Contract;
using ProcessingJob.Contract.Output;
using ProcessingJob.Storage;

namespace ProcessingJob.Data.Finalizing;

/// <summary>
/// What lies in an output, and its commit records, many at a time: each is a round trip to S3, and there may be a hundred thousand.
/// </summary>
public static class RecordFiles
{
    const int AtOnce = 64;

    /// <summary>Bytes by path of all commit records, parts and rejects.</summary>
    public static async Task<Dictionary<string, long>> SizesAsync(
        IOutputStore output,
        IProgress<StepProgress>? progress = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(output);
        var sizes = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var prefix in new[] { OutputLayout.CommitFolder, OutputLayout.DataFolder, OutputLayout.RejectFolder })
        {
            await foreach (var file in output.ListAsync(prefix, cancellationToken).ConfigureAwait(false))
            {
                sizes[file.Path] = file.Size;
                progress?.Report(new("listing the output", sizes.Count, null, "files"));
            }
        }

        return sizes;
    }

    /// <summary>Paths of commit records among those of an output.</summary>
    public static IReadOnlyList<string> Commits(IEnumerable<string> paths) =>
        [
            .. paths
                .Where(p => p.StartsWith(OutputLayout.CommitFolder, StringComparison.Ordinal) && OutputNames.UnitOf(p) is not null)
                .Order(StringComparer.Ordinal),
        ];

    /// <summary>Reads records and hands each over with the index of its path; from several threads, in any order.</summary>
    /// <exception cref="PJobException">One is not there or damaged; or what <paramref name="use"/> throws.</exception>
    public static Task ReadAsync(
        IOutputStore output,
        IReadOnlyList<string> paths,
        Action<int, UnitRecord> use,
        IProgress<StepProgress>? progress = null,
        CancellationToken cancellationToken = default
    ) =>
        ReadAsync(
            output,
            paths,
            (i, json) =>
                use(
                    i,
                    ContractJson.Read<UnitRecord>(
                        json ?? throw new PJobException($"{output.Location}/{paths[i]}: vanished while it was read"),
                        $"{output.Location}/{paths[i]}"
                    )
                ),
            progress,
            cancellationToken
        );

    /// <summary>The same, not parsed; null for one that is not there.</summary>
    public static async Task ReadAsync(
        IOutputStore output,
        IReadOnlyList<string> paths,
        Action<int, byte[]?> use,
        IProgress<StepProgress>? progress = null,
        CancellationToken cancellationToken = default
    )
    {
        var done = 0L;
        await Parallel
            .ForAsync(
                0,
                paths.Count,
                new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken },
                async (i, token) =>
                {
                    use(i, await output.ReadAsync(paths[i], token).ConfigureAwait(false));
                    progress?.Report(new("reading commit records", Interlocked.Increment(ref done), paths.Count, "records"));
                }
            )
            .ConfigureAwait(false);
    }

    /// <summary>Removes files, many at a time.</summary>
    public static Task DeleteAsync(
        IOutputStore output,
        IReadOnlyList<string> paths,
        IProgress<StepProgress>? progress = null,
        CancellationToken cancellationToken = default
    )
    {
        var done = 0L;
        return Parallel.ForEachAsync(
            paths,
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken },
            async (path, token) =>
            {
                await output.DeleteAsync(path, token).ConfigureAwait(false);
                progress?.Report(new("removing what belongs to no unit", Interlocked.Increment(ref done), paths.Count, "files"));
            }
        );
    }
}
