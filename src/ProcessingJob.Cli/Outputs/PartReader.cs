using ProcessingJob.Contract;

namespace ProcessingJob.Cli.Outputs;

/// <summary>Reads parts of an embed job in any format, a stretch of rows at a time: a part may be larger than memory.</summary>
static class PartReader
{
    public const string VectorColumn = "embedding";

    /// <summary>Rows per stretch in formats without row groups of their own.</summary>
    public const int Stretch = 4096;

    /// <param name="path">A part file.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    /// <exception cref="PJobException">The file is damaged or has no embeddings.</exception>
    public static async IAsyncEnumerable<PartRows> ReadAsync(
        string path,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var rows = Path.GetExtension(path) switch
        {
            ".parquet" => ParquetRows.ReadAsync(path, cancellationToken),
            ".npy" => NpyRows.ReadAsync(path, cancellationToken),
            _ => JsonlRows.ReadAsync(path, cancellationToken),
        };
        await using var all = rows.GetAsyncEnumerator(cancellationToken);
        while (await NextAsync(all, path))
        {
            if (all.Current.Stored.Length != (long)all.Current.Width * all.Current.Count)
            {
                throw Damaged(path, "its embeddings have different lengths");
            }

            yield return all.Current;
        }
    }

    public static PJobException Damaged(string path, string what, Exception? inner = null) =>
        new($"{path}: {what}; 'pjob check' verifies the whole output", ExitCode.Failed, inner);

    static async Task<bool> NextAsync(IAsyncEnumerator<PartRows> rows, string path)
    {
        try
        {
            return await rows.MoveNextAsync();
        }
        catch (Exception e) when (e is not (OperationCanceledException or PJobException))
        {
            // Parquet and JSON readers have many exceptions for one thing: this is no whole file of its format.
            throw Damaged(path, $"cannot be read: {e.Message}", e);
        }
    }
}
