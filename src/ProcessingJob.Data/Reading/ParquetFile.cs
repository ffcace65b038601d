using System.Buffers.Binary;
using Parquet;
using Parquet.Meta;
using ProcessingJob.Contract;
using ProcessingJob.Storage;

namespace ProcessingJob.Data.Reading;

/// <summary>A Parquet file's footer: its flat columns (also those inside structures, as <c>a.b</c>) and where its row groups lie.</summary>
sealed class ParquetFile : IAsyncDisposable
{
    ParquetFile(SourceStream stream, ParquetReader reader, IReadOnlyList<ParquetColumn> columns) =>
        (Stream, Reader, Columns) = (stream, reader, columns);

    public SourceStream Stream { get; }
    public ParquetReader Reader { get; }

    /// <summary>Columns that can be read; lists, maps and intervals are not among them.</summary>
    public IReadOnlyList<ParquetColumn> Columns { get; }

    public static async Task<ParquetFile> OpenAsync(IByteSource source, CancellationToken cancellationToken)
    {
        await CheckFrameAsync(source, cancellationToken).ConfigureAwait(false);
        var stream = new SourceStream(source) { Budget = 4 * source.Length + (1 << 20) };
        try
        {
            var reader = await ParquetReader
                .CreateAsync(stream, new() { TreatByteArrayAsString = false }, leaveStreamOpen: true, cancellationToken)
                .ConfigureAwait(false);
            var meanings = new Dictionary<SchemaElement, ParquetMeaning>(ReferenceEqualityComparer.Instance);
            foreach (var leaf in reader.Metadata!.Schema.Where(e => e.Type is not null))
            {
                meanings[leaf] = ParquetMeaning.Take(leaf);
            }

            return new(
                stream,
                reader,
                [.. reader.Schema.DataFields.Select(f => ParquetColumn.Of(f, meanings[f.SchemaElement!])).OfType<ParquetColumn>()]
            );
        }
        catch (Exception e) when (e is not (OperationCanceledException or PJobException))
        {
            await stream.DisposeAsync().ConfigureAwait(false);
            throw new PJobException(
                $"{source.Name}: the Parquet footer is damaged: {e.Message}; write or copy the file again",
                ExitCode.Failed,
                e
            );
        }
    }

    /// <summary>For the message about a column that is missing: also says which are there and cannot be used.</summary>
    public IReadOnlyList<string> Names
    {
        get
        {
            var lists = Reader
                .Schema.Fields.Select(f => f.Name)
                .Where(name => !Columns.Any(c => c.Name == name || c.Name.StartsWith(name + ".", StringComparison.Ordinal)));
            return [.. Columns.Select(c => c.Name), .. lists.Select(name => $"{name} (a list or map: not usable here)")];
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Reader.DisposeAsync().ConfigureAwait(false);
        await Stream.DisposeAsync().ConfigureAwait(false);
    }

    static async Task CheckFrameAsync(IByteSource source, CancellationToken cancellationToken)
    {
        var (head, tail) = (new byte[4], new byte[8]);
        var read = await source.ReadAsync(0, head, cancellationToken).ConfigureAwait(false);
        if (read < 4 || !head.AsSpan().SequenceEqual("PAR1"u8))
        {
            throw new PJobException(
                $"{source.Name}: not a Parquet file: it has {source.Length} bytes and begins with '{SlotDecoder.Show(head.AsSpan(0, read))}', expected 'PAR1'; check the file or set input.format"
            );
        }

        await source.ReadAsync(Math.Max(0, source.Length - 8), tail, cancellationToken).ConfigureAwait(false);
        var footer = BinaryPrimitives.ReadInt32LittleEndian(tail);
        if (source.Length < 12 || !tail.AsSpan(4).SequenceEqual("PAR1"u8))
        {
            throw new PJobException(
                $"{source.Name}: the Parquet file is truncated: no footer at its end ({source.Length} bytes); write or copy it again"
            );
        }

        if (footer < 0 || footer > source.Length - 12)
        {
            throw new PJobException(
                $"{source.Name}: the Parquet footer is damaged: it claims {footer} bytes of {source.Length}; write or copy the file again"
            );
        }
    }
}
