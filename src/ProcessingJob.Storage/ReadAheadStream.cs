using System.Buffers;

namespace ProcessingJob.Storage;

/// <summary>
/// Reads a source in order with several ranges under way ahead of the reader. Behind <paramref name="likelyEnd"/> nothing is
/// fetched before it is asked for, and then little.
/// </summary>
sealed class ReadAheadStream(IByteSource source, long start, long likelyEnd, S3Options options) : ReadOnlyStream
{
    const int TailBytes = 256 << 10;
    readonly Queue<(Task<int> Fetch, byte[] Buffer)> _ahead = new();
    readonly CancellationTokenSource _stop = new();
    long _next = start;
    byte[] _current = [];
    int _position,
        _length;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty)
        {
            return 0;
        }

        if (_position == _length && !await NextAsync(cancellationToken).ConfigureAwait(false))
        {
            return 0;
        }

        var count = Math.Min(buffer.Length, _length - _position);
        _current.AsMemory(_position, count).CopyTo(buffer);
        _position += count;
        return count;
    }

    public override int Read(Span<byte> buffer) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (!_stop.IsCancellationRequested)
        {
            _stop.Cancel();
            // The buffers of fetches under way are left to the collector: something may still write into them.
            foreach (var (fetch, _) in _ahead)
            {
                fetch.ContinueWith(static f => f.Exception, TaskScheduler.Default);
            }

            _ahead.Clear();
            Return();
        }
        base.Dispose(disposing);
    }

    async ValueTask<bool> NextAsync(CancellationToken cancellationToken)
    {
        Return();
        while (_ahead.Count < options.Parallel && _next < Math.Min(likelyEnd, source.Length))
        {
            Fetch((int)Math.Min(options.RangeBytes, Math.Min(likelyEnd, source.Length) - _next));
        }

        if (_ahead.Count == 0 && _next < source.Length)
        {
            Fetch((int)Math.Min(Math.Min(TailBytes, options.RangeBytes), source.Length - _next));
        }

        if (_ahead.Count == 0)
        {
            return false;
        }

        var (fetch, buffer) = _ahead.Dequeue();
        _length = await fetch.WaitAsync(cancellationToken).ConfigureAwait(false);
        _current = buffer;
        return _length > 0;
    }

    void Fetch(int length)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(length);
        _ahead.Enqueue((source.ReadAsync(_next, buffer.AsMemory(0, length), _stop.Token).AsTask(), buffer));
        _next += length;
    }

    void Return()
    {
        if (_current.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_current);
        }

        (_current, _position, _length) = ([], 0, 0);
    }
}
