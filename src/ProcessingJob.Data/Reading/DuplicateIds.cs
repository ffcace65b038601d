using System.Runtime.InteropServices;
using System.Security.Cryptography;
using ProcessingJob.Data.Columns;

namespace ProcessingJob.Data.Reading;

/// <summary>
/// Which record of a file has an id first: the first two million ids of the file (about 100 MB). The answer does not depend on how
/// often or in which parts the file was read, as long as everything before a record was read before it. Thread-safe.
/// </summary>
/// <param name="limit">Ids that are remembered, so that memory does not grow with the file.</param>
sealed class FileIds(int limit = FileIds.DefaultLimit)
{
    const int DefaultLimit = 2_000_000;

    readonly Dictionary<UInt128, long> _first = [];
    readonly Lock _lock = new();
    long _covered;

    public int Limit => limit;

    /// <summary>
    /// Held by whoever learns the ids before a range: a range is begun only when all before it were added, so that what is remembered is
    /// always the file's first ids, however many ranges are read at a time.
    /// </summary>
    public SemaphoreSlim Gate { get; } = new(1);

    /// <summary>All records that begin before this offset were added.</summary>
    public long Covered => Interlocked.Read(ref _covered);

    /// <summary>All records that begin before the offset were added.</summary>
    public void Cover(long offset)
    {
        lock (_lock)
        {
            _covered = Math.Max(_covered, offset);
        }
    }

    public bool IsFull
    {
        get
        {
            lock (_lock)
            {
                return _first.Count >= limit;
            }
        }
    }

    /// <returns>Whether no earlier record has the id; null when there is no room to remember it.</returns>
    public bool? TryAdd(UInt128 id, long row)
    {
        lock (_lock)
        {
            if (_first.TryGetValue(id, out var first))
            {
                if (first < row)
                {
                    return false;
                }
            }
            else if (_first.Count >= limit)
            {
                return null;
            }
            _first[id] = row;
            return true;
        }
    }
}

/// <summary>
/// The ids of one pass over a unit: exact for numbers, by 128 bits of SHA-256 for texts. An id that <see cref="FileIds"/> has no room
/// for is compared with those and with the others of its unit.
/// </summary>
sealed class DuplicateIds(FileIds file)
{
    readonly HashSet<UInt128> _rest = [];

    /// <returns>False when an earlier record has the id.</returns>
    public bool TryAdd(Column ids, int index, long row)
    {
        var id = ColumnConversion.IntegerOf(ids, index) is { } number ? (UInt128)number : Hash(((StringColumn)ids)[index]);
        return file.TryAdd(id, row) ?? (_rest.Count < file.Limit ? _rest.Add(id) : !_rest.Contains(id));
    }

    static UInt128 Hash(ReadOnlySpan<char> id)
    {
        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(MemoryMarshal.AsBytes(id), hash);
        return MemoryMarshal.Read<UInt128>(hash);
    }
}
