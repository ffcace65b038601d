using Apache.Arrow;
using Apache.Arrow.Compression;
using Apache.Arrow.Ipc;
using Apache.Arrow.Types;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Columns;
using ProcessingJob.Data.Columns;
using ProcessingJob.Storage;

namespace ProcessingJob.Data.Reading;

/// <summary>
/// Arrow's IPC formats, read by Apache.Arrow: the file (also called Feather 2) and the stream (what datasets' save_to_disk writes), told
/// apart by their first bytes (https://arrow.apache.org/docs/format/Columnar.html, IPC Streaming Format and IPC File Format).
/// </summary>
sealed class ArrowFile : IAsyncDisposable
{
    readonly SourceStream _stream;
    readonly ArrowStreamReader _reader;

    ArrowFile(SourceStream stream, ArrowStreamReader reader, FileColumns columns) =>
        (_stream, _reader, Columns) = (stream, reader, columns);

    public FileColumns Columns { get; }

    /// <summary>Bytes of the file that were read so far.</summary>
    public long Position => _stream.Position;

    /// <exception cref="PJobException">The file cannot be read.</exception>
    public static async Task<ArrowFile> OpenAsync(IByteSource source, CancellationToken cancellationToken)
    {
        var isFile = await IsFileAsync(source, cancellationToken).ConfigureAwait(false);
        var stream = new SourceStream(source);
        var codecs = new CompressionCodecFactory();
        var reader = isFile ? new ArrowFileReader(stream, codecs) : new ArrowStreamReader(stream, codecs);
        try
        {
            var schema = await reader.GetSchema(cancellationToken).ConfigureAwait(false);
            if (schema is null)
            {
                throw new InvalidDataException("it has no schema");
            }

            var found = new List<FileColumn>();
            foreach (var (index, field) in schema.FieldsList.Index())
            {
                Collect(field, [field.Name], index, found);
            }

            return new(stream, reader, new(source.Name, found));
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            reader.Dispose();
            await stream.DisposeAsync().ConfigureAwait(false);
            throw e as PJobException ?? stream.Failure ?? Fault(source.Name, "schema", e);
        }
    }

    /// <summary>The next record batch; null behind the last.</summary>
    /// <exception cref="PJobException">It cannot be read.</exception>
    public async ValueTask<RecordBatch?> NextAsync(int index, CancellationToken cancellationToken)
    {
        try
        {
            return await _reader.ReadNextRecordBatchAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not (OperationCanceledException or PJobException))
        {
            throw _stream.Failure ?? Fault(_stream.Name, $"record batch {index}", e);
        }
    }

    /// <param name="file">Its name.</param>
    /// <param name="where">Schema, or record batch.</param>
    /// <param name="fault">The library's.</param>
    public static PJobException Fault(string file, string where, Exception fault) =>
        // What the library does not take for a type at all.
        fault is ArgumentNullException { ParamName: "fields" }
            ? new($"{file}: not supported: a struct without fields ({where}); leave the column out when the file is written")
        : fault is NotImplementedException or NotSupportedException
            ? new($"{file}: not supported: {Words(fault)} ({where}); fix: write it again as Parquet", ExitCode.Failed, fault)
        : new($"{file}: the Arrow data is damaged ({where}): {Words(fault)}; fix: write or copy the file again", ExitCode.Failed, fault);

    public async ValueTask DisposeAsync()
    {
        _reader.Dispose();
        await _stream.DisposeAsync().ConfigureAwait(false);
    }

    static string Words(Exception fault) => fault.Message.Split('\n', 2)[0].TrimEnd('.', ' ', '\r');

    static async Task<bool> IsFileAsync(IByteSource source, CancellationToken cancellationToken)
    {
        var (head, tail) = (new byte[8], new byte[8]);
        var read = await source.ReadAsync(0, head, cancellationToken).ConfigureAwait(false);
        await source.ReadAsync(Math.Max(0, source.Length - tail.Length), tail, cancellationToken).ConfigureAwait(false);
        if (head.AsSpan().StartsWith("ARROW1"u8))
        {
            return tail.AsSpan().EndsWith("ARROW1"u8)
                ? true
                : throw new PJobException(
                    $"{source.Name}: the Arrow file is truncated: no footer at its end ({source.Length} bytes); fix: write or copy it again"
                );
        }

        if (head.AsSpan().StartsWith("FEA1"u8))
        {
            throw new PJobException(
                $"{source.Name}: not supported: Feather version 1; fix: write it as version 2 (pyarrow's write_feather does)"
            );
        }

        // A message begins with a mark and its length; before Arrow 0.15 with the length alone.
        var length = BitConverter.ToInt32(head);
        if (read < 8 || (length != -1 && (length is <= 0 or > (1 << 28) || length > source.Length)))
        {
            throw new PJobException(
                $"{source.Name}: not an Arrow file: it has {source.Length} bytes and begins with "
                    + $"'{SlotDecoder.Show(head.AsSpan(0, read))}', expected 'ARROW1' or a message of a stream; fix: check the file or set "
                    + "input.format"
            );
        }

        // A stream that was cut between two batches looks like a shorter one; every writer that was closed has put the mark.
        return
            !tail.AsSpan().SequenceEqual((ReadOnlySpan<byte>)[0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0])
            && (length == -1 || !tail.AsSpan(4).SequenceEqual((ReadOnlySpan<byte>)[0, 0, 0, 0]))
            ? throw new PJobException(
                $"{source.Name}: the Arrow stream has no end mark: it is cut, or its writer was not closed; fix: write or copy it again"
            )
            : false;
    }

    static void Collect(Field field, string[] parts, int top, List<FileColumn> into)
    {
        into.Add(new(parts, top, TypeOf(field), []) { Converted = Conversion(field.DataType) });
        foreach (var child in field.DataType is StructType type ? type.Fields : [])
        {
            Collect(child, [.. parts, child.Name], top, into);
        }
    }

    static ColumnType? TypeOf(Field field)
    {
        try
        {
            return ArrowTypes.Of(field);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException or NotImplementedException)
        {
            return null;
        }
    }

    static string? Conversion(IArrowType type) =>
        type switch
        {
            DictionaryType => "a dictionary (categorical): its values are kept, not their order",
            StringViewType => "a string_view: kept as string",
            BinaryViewType => "a binary_view: kept as binary",
            _ => null,
        };
}
