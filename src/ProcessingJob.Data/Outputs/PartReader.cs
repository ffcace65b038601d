using System.Runtime.CompilerServices;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Spec;

namespace ProcessingJob.Data.Outputs;

/// <summary>Reads part files of any format.</summary>
static class PartReader
{
    /// <summary>Rows per stretch of jsonl and npy parts.</summary>
    public const int Stretch = 4096;

    /// <param name="path">A part file.</param>
    /// <param name="beside">The lines beside an npy matrix; null for other formats.</param>
    /// <param name="spec">The job's spec.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    /// <exception cref="PJobException">The file is damaged, or has no embeddings where the task makes some.</exception>
    public static async IAsyncEnumerable<PartRows> ReadAsync(
        string path,
        string? beside,
        JobSpec spec,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var names = new PartColumns(spec);
        var rows = Path.GetExtension(path) switch
        {
            ".parquet" or ".arrow" => TableRows.ReadAsync(path, names, cancellationToken),
            ".npy" => NpyRows.ReadAsync(path, beside!, names, cancellationToken),
            _ => JsonlRows.ReadAsync(path, names, cancellationToken),
        };
        var all = rows.GetAsyncEnumerator(cancellationToken);
        await using var closed = all.ConfigureAwait(false);
        while (await NextAsync(all, path).ConfigureAwait(false))
        {
            var stretch = all.Current;
            if (spec.Task == TaskKind.Embed && stretch.Count > 0 && stretch.Width == 0)
            {
                throw Damaged(path, $"has no column '{names.Vector}'");
            }

            if (stretch.Stored.Length != (long)stretch.Width * stretch.Count)
            {
                throw Damaged(path, "its embeddings have different lengths");
            }

            yield return stretch;
        }
    }

    public static PJobException Damaged(string path, string what, Exception? inner = null) =>
        new($"{path}: {what}; 'pjob check' verifies the whole output", ExitCode.Failed, inner);

    static async Task<bool> NextAsync(IAsyncEnumerator<PartRows> rows, string path)
    {
        try
        {
            return await rows.MoveNextAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (e is not (OperationCanceledException or PJobException))
        {
            // Parquet and JSON readers have many exceptions for one thing: this is no whole file of its format.
            throw Damaged(path, $"cannot be read: {e.Message}", e);
        }
    }
}
