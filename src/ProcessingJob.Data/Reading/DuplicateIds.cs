using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace ProcessingJob.Data;

/// <summary>
/// The ids of a unit: exact for numbers, by 128 bits of SHA-256 for texts. Remembers the first four million (at most about 150 MB);
/// ids after those are only compared with them, so that memory does not grow with a huge compressed file.
/// </summary>
internal sealed class DuplicateIds
{
    private const int Limit = 4_000_000;
    private readonly HashSet<UInt128> _seen = [];

    /// <returns>False when the id was there already.</returns>
    public bool TryAdd(Column ids, int row)
    {
        var key = ids is ValueColumn<long> numbers ? (UInt128)(ulong)numbers[row] : Hash(((StringColumn)ids)[row]);
        return _seen.Count < Limit ? _seen.Add(key) : !_seen.Contains(key);
    }

    private static UInt128 Hash(ReadOnlySpan<char> id)
    {
        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(MemoryMarshal.AsBytes(id), hash);
        return MemoryMarshal.Read<UInt128>(hash);
    }
}
