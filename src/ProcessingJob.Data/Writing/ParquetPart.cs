using System.Runtime.ExceptionServices;
using Apache.Arrow;
using ParquetSharp;
using ParquetSharp.Arrow;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Columns;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Data.Columns;

namespace ProcessingJob.Data.Writing;

/// <summary>
/// A Parquet part, written by Arrow C++ with Arrow's schema, statistics, page index and page checksums: every block of rows becomes a
/// row group.
/// </summary>
sealed class ParquetPart : IPartFormat
{
    const int ZstdLevel = 3;

    // Measured on all-MiniLM-L6-v2's vectors: streams of bytes shrink by 15 % at either level (plain floats by 8 %), faster at this one.
    const int VectorZstdLevel = 1;
    const long PageBytes = 1 << 20;
    readonly PartFile _file;
    readonly Sink _sink;
    readonly FileWriter _writer;
    readonly Schema _schema;

    public ParquetPart(
        PartFile file,
        IReadOnlyList<OutputColumn> columns,
        OutputCompression compression,
        IReadOnlyDictionary<string, string> metadata
    )
    {
        (_file, _sink) = (file, new(file.Output));
        using var builder = new WriterPropertiesBuilder();
        builder
            .Compression(
                compression switch
                {
                    OutputCompression.Snappy => Compression.Snappy,
                    OutputCompression.Zstd => Compression.Zstd,
                    _ => Compression.Uncompressed,
                }
            )
            .DataPagesize(PageBytes)
            .EnableWritePageIndex()
            .EnablePageChecksum();
        if (compression == OutputCompression.Zstd)
        {
            builder.CompressionLevel(ZstdLevel);
        }

        foreach (var column in columns)
        {
            Encode(builder, column, compression);
        }

        using var properties = builder.Build();
        using var arrow = new ArrowWriterPropertiesBuilder().StoreSchema();
        using var arrowProperties = arrow.Build();
        _schema = new(columns.Select(ArrowArrays.FieldOf), metadata);
        _writer = new(_sink, _schema, properties, arrowProperties, leaveOpen: true);
    }

    public bool IsFull => false;

    public ValueTask WriteAsync(ColumnBlock rows, CancellationToken cancellationToken)
    {
        if (rows.Count == 0)
        {
            return default;
        }

        Guard(() =>
        {
            // As a whole: an array of nulls alone cannot be handed over (Apache.Arrow 23 fails when it is freed).
            var arrays = rows.Schema.Zip(rows.Columns, ArrowArrays.Of);
            using var batch = new RecordBatch(_schema, arrays, rows.Count);
            _writer.WriteRecordBatch(batch, rows.Count);
        });
        return default;
    }

    public ValueTask<IReadOnlyList<(PartFile File, long Rows)>> FinishAsync(long rows, CancellationToken cancellationToken)
    {
        Guard(_writer.Close);
        return new([(_file, rows)]);
    }

    public ValueTask DisposeAsync()
    {
        // The library writes a footer when it is freed, also for a part that is thrown away.
        _sink.IsClosed = true;
        _writer.Dispose();
        return default;
    }

    static void Encode(WriterPropertiesBuilder builder, OutputColumn column, OutputCompression compression)
    {
        if (column.Kind is not (ColumnKind.ListFloat or ColumnKind.ListFloat16 or ColumnKind.ListInt32))
        {
            return;
        }

        // Numbers of vectors and token ids hardly repeat, and nobody looks for one by its size.
        var path = $"{column.Name}.list.element";
        builder.DisableDictionary(path).DisableStatistics(path).DisableWritePageIndex(path);
        var isZstd = compression == OutputCompression.Zstd;
        if (column.Kind == ColumnKind.ListFloat16 || (column.Kind == ColumnKind.ListFloat && isZstd))
        {
            builder.Encoding(path, Encoding.ByteStreamSplit);
            if (isZstd)
            {
                builder.CompressionLevel(path, VectorZstdLevel);
            }
        }
    }

    void Guard(Action action)
    {
        try
        {
            action();
        }
        catch (ParquetException e)
        {
            _sink.Failure?.Throw();
            throw new PJobException($"{_file.Staged.Path}: the part cannot be written: {e.Message}", ExitCode.Failed, e);
        }
    }

    /// <summary>Hands bytes on and keeps what the fault of the disk or of S3 was, which the library turns into its own.</summary>
    sealed class Sink(Stream inner) : Stream
    {
        public ExceptionDispatchInfo? Failure { get; private set; }
        public bool IsClosed { get; set; }
        public override bool CanRead => false;
        public override bool CanSeek => false;
        public override bool CanWrite => true;
        public override long Length => inner.Length;
        public override long Position
        {
            get => inner.Position;
            set => throw new NotSupportedException();
        }

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            if (IsClosed)
            {
                return;
            }

            try
            {
                inner.Write(buffer);
            }
            catch (Exception e)
            {
                Failure = ExceptionDispatchInfo.Capture(e);
                throw;
            }
        }

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override void Flush() { }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
