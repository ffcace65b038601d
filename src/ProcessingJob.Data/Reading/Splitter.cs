using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using ProcessingJob.Contract.Values;
using ProcessingJob.Data.Columns;

namespace ProcessingJob.Data.Reading;

/// <summary>
/// Which split a row belongs to: the first 8 bytes (big-endian) of SHA-256 over the UTF-8 of its id (a number: its decimal digits;
/// no id: its texts joined by "\n"), as a fraction of 2^64, against the running sum of the shares. So a row stays on its side for
/// ever, and any language can tell which.
/// </summary>
public sealed class Splitter
{
    readonly double[] _upTo;

    public Splitter(ValueMap<double> shares)
    {
        var sum = 0.0;
        _upTo = [.. shares.Select(s => sum += s.Value)];
    }

    /// <returns>Index of the split, in the spec's order.</returns>
    public int Choose(ReadOnlySpan<char> key)
    {
        var bytes = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(key.Length));
        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(bytes.AsSpan(0, Encoding.UTF8.GetBytes(key, bytes)), hash);
        ArrayPool<byte>.Shared.Return(bytes);
        var fraction = BinaryPrimitives.ReadUInt64BigEndian(hash) / 18446744073709551616.0;
        var index = 0;
        while (index < _upTo.Length - 1 && fraction >= _upTo[index])
        {
            index++;
        }

        return index;
    }

    internal int Choose(RowBlock block, int row)
    {
        if (block.Id is StringColumn texts && !texts.IsNull(row))
        {
            return Choose(texts[row]);
        }

        if (block.Id is { } id && !id.IsNull(row) && ColumnConversion.IntegerOf(id, row) is { } number)
        {
            Span<char> digits = stackalloc char[40];
            number.TryFormat(digits, out var length, default, CultureInfo.InvariantCulture);
            return Choose(digits[..length]);
        }
        return block.Texts.Length == 1 ? Choose(block.Texts[0][row]) : Choose($"{block.Texts[0][row]}\n{block.Texts[1][row]}");
    }
}
