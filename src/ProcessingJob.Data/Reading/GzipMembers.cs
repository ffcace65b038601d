using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;
using ProcessingJob.Storage;

namespace ProcessingJob.Data.Reading;

/// <summary>
/// One or more gzip members (RFC 1952), strictly: .NET's GZipStream takes a truncated file and garbage behind a member for the end
/// of the data; here both are faults (zeros between and behind members, as tape tools leave them, are not). The inflater does not tell
/// where a member ends,
/// but its trailer, checksum and length of what came out, is found in the bytes it was last given.
/// </summary>
sealed class GzipMembers(Stream compressed) : ReadOnlyStream
{
    const int TrailerBytes = 8;
    readonly byte[] _input = new byte[128 << 10];

    // Bytes at _given.._from were handed to the inflater last; those at _from.._to are still ours.
    int _given,
        _from,
        _to;
    bool _inputEnds,
        _any,
        _done;
    DeflateStream? _member;
    readonly Crc32 _checksum = new();
    uint _length;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (!_done && !buffer.IsEmpty)
        {
            if (_member is null && !await OpenMemberAsync(cancellationToken).ConfigureAwait(false))
            {
                break;
            }

            var read = await _member!.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
            if (read > 0)
            {
                _checksum.Append(buffer.Span[..read]);
                _length += (uint)read;
                return read;
            }
            await CloseMemberAsync(cancellationToken).ConfigureAwait(false);
        }
        _done = true;
        return 0;
    }

    public override int Read(Span<byte> buffer) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        _member?.Dispose();
        compressed.Dispose();
        base.Dispose(disposing);
    }

    async ValueTask<bool> OpenMemberAsync(CancellationToken cancellationToken)
    {
        if (_any && !await SkipZerosAsync(cancellationToken).ConfigureAwait(false))
        {
            return false;
        }

        var have = await EnsureAsync(10, cancellationToken).ConfigureAwait(false);
        var head = _input.AsMemory(_from, have);
        if (have < 2 || head.Span[0] != 0x1F || head.Span[1] != 0x8B)
        {
            throw new InvalidDataException(_any ? "garbage behind the end of the gzip data" : "not gzip data");
        }

        if (have < 10)
        {
            throw new InvalidDataException("the gzip header is cut off");
        }

        var flags = head.Span[3];
        if (head.Span[2] != 8 || (flags & 0xE0) != 0)
        {
            throw new InvalidDataException("unknown gzip method or flags");
        }

        _from += 10;
        if ((flags & 4) != 0)
        {
            await NeedAsync(2, cancellationToken).ConfigureAwait(false);
            var extra = 2 + BinaryPrimitives.ReadUInt16LittleEndian(_input.AsSpan(_from));
            await NeedAsync(extra, cancellationToken).ConfigureAwait(false);
            _from += extra;
        }
        if ((flags & 8) != 0)
        {
            await SkipTextAsync(cancellationToken).ConfigureAwait(false);
        }

        if ((flags & 16) != 0)
        {
            await SkipTextAsync(cancellationToken).ConfigureAwait(false);
        }

        if ((flags & 2) != 0)
        {
            await NeedAsync(2, cancellationToken).ConfigureAwait(false);
            _from += 2;
        }
        (_given, _length, _any) = (_from, 0, true);
        _checksum.Reset();
        _member = new(new InputStream(this), CompressionMode.Decompress);
        return true;
    }

    async ValueTask CloseMemberAsync(CancellationToken cancellationToken)
    {
        await _member!.DisposeAsync().ConfigureAwait(false);
        _member = null;
        var given = _from - _given;
        _from = _given;
        var have = Math.Min(await EnsureAsync(given + TrailerBytes, cancellationToken).ConfigureAwait(false), given + TrailerBytes);
        var at = FindTrailer(_input.AsSpan(_from, have));
        if (at < 0)
        {
            throw new InvalidDataException(
                _inputEnds ? "the gzip data ends early, or its checksum is wrong" : "the gzip checksum is wrong"
            );
        }

        _from += at + TrailerBytes;
    }

    int FindTrailer(ReadOnlySpan<byte> bytes)
    {
        Span<byte> trailer = stackalloc byte[TrailerBytes];
        BinaryPrimitives.WriteUInt32LittleEndian(trailer, _checksum.GetCurrentHashAsUInt32());
        BinaryPrimitives.WriteUInt32LittleEndian(trailer[4..], _length);
        return bytes.IndexOf(trailer);
    }

    /// <summary>Padding; after an empty member also what is left of its trailer, which is all zeros and so is found too early.</summary>
    /// <returns>False at the end of the file.</returns>
    async ValueTask<bool> SkipZerosAsync(CancellationToken cancellationToken)
    {
        while (await EnsureAsync(1, cancellationToken).ConfigureAwait(false) > 0)
        {
            var at = _input.AsSpan(_from, _to - _from).IndexOfAnyExcept((byte)0);
            if (at >= 0)
            {
                _from += at;
                return true;
            }
            _from = _to;
        }
        return false;
    }

    async ValueTask SkipTextAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await NeedAsync(1, cancellationToken).ConfigureAwait(false);
            var end = _input.AsSpan(_from, _to - _from).IndexOf((byte)0);
            _from = end < 0 ? _to : _from + end + 1;
            if (end >= 0)
            {
                return;
            }
        }
    }

    async ValueTask NeedAsync(int count, CancellationToken cancellationToken)
    {
        if (await EnsureAsync(count, cancellationToken).ConfigureAwait(false) < count)
        {
            throw new InvalidDataException("the gzip header is cut off");
        }
    }

    /// <summary>Tries to have so many bytes at <see cref="_from"/>.</summary>
    /// <returns>How many there are.</returns>
    async ValueTask<int> EnsureAsync(int count, CancellationToken cancellationToken)
    {
        if (_to - _from < count)
        {
            Buffer.BlockCopy(_input, _from, _input, 0, _to - _from);
            (_from, _to) = (0, _to - _from);
            while (_to < count && !_inputEnds)
            {
                var read = await compressed.ReadAsync(_input.AsMemory(_to), cancellationToken).ConfigureAwait(false);
                _to += read;
                _inputEnds = read == 0;
            }
        }
        return _to - _from;
    }

    /// <summary>What the inflater reads from.</summary>
    sealed class InputStream(GzipMembers owner) : ReadOnlyStream
    {
        public override int Read(Span<byte> buffer) => throw new NotSupportedException();

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (owner._from == owner._to && await owner.EnsureAsync(1, cancellationToken).ConfigureAwait(false) == 0)
            {
                // Keeps nothing given: a member cannot end in bytes that are not there.
                owner._given = owner._from;
                return 0;
            }
            var count = Math.Min(buffer.Length, owner._to - owner._from);
            owner._input.AsMemory(owner._from, count).CopyTo(buffer);
            owner._given = owner._from;
            owner._from += count;
            return count;
        }
    }
}
