using System.Buffers.Binary;
using Parquet;
using Parquet.Meta;
using ProcessingJob.Contract;

namespace ProcessingJob.Data;

/// <summary>A Parquet file's footer: its flat columns (also those inside structures, as <c>a.b</c>) and where its row groups lie.</summary>
internal sealed class ParquetFile : IAsyncDisposable
{
    private ParquetFile(SourceStream stream, ParquetReader reader, IReadOnlyList<ParquetColumn> columns) =>
        (Stream, Reader, Columns) = (stream, reader, columns);

    public SourceStream Stream { get; }
    public ParquetReader Reader { get; }

    /// <summary>Columns that can be read; lists and maps are not among them.</summary>
    public IReadOnlyList<ParquetColumn> Columns { get; }

    public static async Task<ParquetFile> OpenAsync(IByteSource source, CancellationToken cancellation)
    {
        await CheckFrameAsync(source, cancellation);
        var stream = new SourceStream(source) { Budget = 4 * source.Length + (1 << 20) };
        try
        {
            var reader = await ParquetReader.CreateAsync(stream, new() { TreatByteArrayAsString = false }, leaveStreamOpen: true, cancellation);
            var strings = RemoveAnnotations(reader.Metadata!.Schema);
            return new(stream, reader, [.. reader.Schema.DataFields.Select(f => ParquetColumn.Of(f, strings)).OfType<ParquetColumn>()]);
        }
        catch (Exception e) when (e is not (OperationCanceledException or PJobException))
        {
            await stream.DisposeAsync();
            throw new PJobException($"{source.Name}: the Parquet footer is damaged: {e.Message}; write or copy the file again", ExitCode.Failed, e);
        }
    }

    public static async Task<List<KeptColumn>> ColumnsAsync(IByteSource source, CancellationToken cancellation)
    {
        await using var file = await OpenAsync(source, cancellation);
        return [.. file.Columns.Select(c => new KeptColumn(c.Name, c.Native))];
    }

    public async ValueTask DisposeAsync()
    {
        await Reader.DisposeAsync();
        await Stream.DisposeAsync();
    }

    private static async Task CheckFrameAsync(IByteSource source, CancellationToken cancellation)
    {
        var (head, tail) = (new byte[4], new byte[8]);
        var read = await source.ReadAsync(0, head, cancellation);
        if (read < 4 || !head.AsSpan().SequenceEqual("PAR1"u8))
            throw new PJobException($"{source.Name}: not a Parquet file: it has {source.Length} bytes and begins with '{SlotDecoder.Show(head.AsSpan(0, read))}', expected 'PAR1'; check the file or set input.format");
        await source.ReadAsync(Math.Max(0, source.Length - 8), tail, cancellation);
        var footer = BinaryPrimitives.ReadInt32LittleEndian(tail);
        if (source.Length < 12 || !tail.AsSpan(4).SequenceEqual("PAR1"u8))
            throw new PJobException($"{source.Name}: the Parquet file is truncated: no footer at its end ({source.Length} bytes); write or copy it again");
        if (footer < 0 || footer > source.Length - 12)
            throw new PJobException($"{source.Name}: the Parquet footer is damaged: it claims {footer} bytes of {source.Length}; write or copy the file again");
    }

    /// <summary>
    /// Lets the library hand out texts as bytes, so that broken UTF-8 is seen instead of replaced, and files with half-precision
    /// columns be opened at all. Gives back the paths of the columns that are texts.
    /// </summary>
    private static HashSet<SchemaElement> RemoveAnnotations(List<SchemaElement> schema)
    {
        var strings = new HashSet<SchemaElement>(ReferenceEqualityComparer.Instance);
        foreach (var element in schema)
        {
            if (element.LogicalType is { STRING: not null } or { ENUM: not null } or { JSON: not null } || element.ConvertedType is ConvertedType.UTF8 or ConvertedType.ENUM or ConvertedType.JSON)
            {
                strings.Add(element);
                (element.LogicalType, element.ConvertedType) = (null, null);
            }
            else if (element.LogicalType?.FLOAT16 is not null)
            {
                element.LogicalType = null;
            }
        }
        return strings;
    }
}
