using Apache.Arrow;
using Apache.Arrow.Ipc;
using ProcessingJob.Contract.Columns;
using ProcessingJob.Data.Columns;

namespace ProcessingJob.Data.Writing;

/// <summary>A part in Arrow's IPC file format, not compressed, so that readers can map it: every block of rows becomes a batch.</summary>
sealed class ArrowPart : IPartFormat
{
    readonly PartFile _file;
    readonly Schema _schema;
    readonly ArrowFileWriter _writer;

    public ArrowPart(PartFile file, IReadOnlyList<OutputColumn> columns, IReadOnlyDictionary<string, string> metadata)
    {
        _file = file;
        _schema = new(columns.Select(ArrowArrays.FieldOf), metadata);
        _writer = new(new Forward(file.Output), _schema, leaveOpen: true);
    }

    public bool IsFull => false;

    public async ValueTask WriteAsync(ColumnBlock rows, CancellationToken cancellationToken)
    {
        if (rows.Count == 0)
        {
            return;
        }

        using var batch = new RecordBatch(_schema, rows.Schema.Zip(rows.Columns, ArrowArrays.Of), rows.Count);
        await _writer.WriteRecordBatchAsync(batch, cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask<IReadOnlyList<(PartFile File, long Rows)>> FinishAsync(long rows, CancellationToken cancellationToken)
    {
        // Of a part without rows this is all there is to write.
        await _writer.WriteStartAsync(cancellationToken).ConfigureAwait(false);
        await _writer.WriteEndAsync(cancellationToken).ConfigureAwait(false);
        return [(_file, rows)];
    }

    public ValueTask DisposeAsync()
    {
        _writer.Dispose();
        return default;
    }

    /// <summary>The library wants a stream that can seek, asks for its position alone, and writes forward.</summary>
    sealed class Forward(HashingStream inner) : Stream
    {
        public override bool CanRead => false;
        public override bool CanSeek => true;
        public override bool CanWrite => true;
        public override long Length => inner.Length;
        public override long Position
        {
            get => inner.Position;
            set => throw new NotSupportedException();
        }

        public override void Write(ReadOnlySpan<byte> buffer) => inner.Write(buffer);

        public override void Write(byte[] buffer, int offset, int count) => inner.Write(buffer.AsSpan(offset, count));

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
            inner.WriteAsync(buffer, cancellationToken);

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            inner.WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override void Flush() { }

        public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
