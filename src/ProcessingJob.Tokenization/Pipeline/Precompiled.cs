using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using ProcessingJob.Tokenization.Unicode;

namespace ProcessingJob.Tokenization.Pipeline;

/// <summary>
/// SentencePiece's precompiled_charsmap: a little-endian byte count, a Darts double array of that size, and zero-terminated UTF-8
/// replacements. Looked up by grapheme cluster as Hugging Face does, not by longest match as SentencePiece itself does.
/// </summary>
sealed class Precompiled : Normalizer
{
    const int MaxReplacement = 256;

    readonly uint[] _units;
    readonly byte[] _replacements;
    readonly Dictionary<int, int[]> _decoded = [];
    readonly bool[] _asciiChanges = new bool[128];

    /// <exception cref="FormatException">The map is cut short.</exception>
    public Precompiled(ReadOnlySpan<byte> map)
    {
        if (map.Length < 4)
        {
            throw new FormatException("it is shorter than 4 bytes");
        }

        var size = BinaryPrimitives.ReadUInt32LittleEndian(map);
        if (size % 4 != 0 || size == 0 || size > map.Length - 4)
        {
            throw new FormatException($"its trie claims {size} bytes of {map.Length - 4}");
        }

        _units = new uint[size / 4];
        for (var i = 0; i < _units.Length; i++)
        {
            _units[i] = BinaryPrimitives.ReadUInt32LittleEndian(map[(4 + 4 * i)..]);
        }

        _replacements = map[(4 + (int)size)..].ToArray();
        for (var at = 0; at <= _replacements.Length; )
        {
            // Every tail of a replacement may be pointed at, so all starts are decoded up front.
            var length = _replacements.AsSpan(at).IndexOf((byte)0);
            if (length < 0)
            {
                length = _replacements.Length - at;
            }

            if (length > MaxReplacement)
            {
                throw new FormatException($"a replacement of {length} bytes, expected at most {MaxReplacement}");
            }

            for (var start = at; start <= at + length && start <= _replacements.Length; start++)
            {
                if (start < _replacements.Length && (_replacements[start] & 0xC0) == 0x80)
                {
                    continue;
                }

                _decoded[start] =
                [
                    .. Encoding.UTF8.GetString(_replacements.AsSpan(start, at + length - start)).EnumerateRunes().Select(r => r.Value),
                ];
            }

            at += length + 1;
        }

        for (byte c = 1; c < 128; c++)
        {
            _asciiChanges[c] = Find([c]) >= 0;
        }
    }

    public override string Describe() => "Precompiled";

    /// <summary>Whether a code point by itself becomes nothing.</summary>
    public bool Removes(int codePoint)
    {
        Span<byte> utf8 = stackalloc byte[4];
        return Find(utf8[..new Rune(codePoint).EncodeToUtf8(utf8)]) is >= 0 and var found && _decoded[found].Length == 0;
    }

    public override void Apply(Workspace work)
    {
        var text = work.Text.CodePoints;
        var plain = true;
        foreach (var c in text)
        {
            plain &= c < 128 && !_asciiChanges[c];
        }

        if (plain)
        {
            return;
        }

        var utf16 = work.Utf16(text);
        var changes = work.Changes;
        changes.Clear();
        var modified = false;
        Span<byte> utf8 = stackalloc byte[24];
        for (int i = 0, at = 0; i < text.Length; )
        {
            var units = GraphemeLength(utf16[at..]);
            var count = 0;
            for (var left = units; left > 0; count++)
            {
                left -= text[i + count] > 0xFFFF ? 2 : 1;
            }

            var bytes = 0;
            for (var k = 0; k < count && bytes < 6; k++)
            {
                bytes += new Rune(text[i + k]).EncodeToUtf8(utf8[bytes..]);
            }

            var found = bytes < 6 ? Find(utf8[..bytes]) : -1;
            if (found >= 0)
            {
                Put(count, _decoded[found]);
            }
            else
            {
                for (var k = i; k < i + count; k++)
                {
                    found = count == 1 && bytes < 6 ? -1 : Find(utf8[..new Rune(text[k]).EncodeToUtf8(utf8)]);
                    if (found >= 0)
                    {
                        Put(1, _decoded[found]);
                    }
                    else
                    {
                        changes.Add(text[k], 0);
                    }
                }
            }

            i += count;
            at += units;
        }

        if (modified)
        {
            work.ApplyChanges();
        }

        void Put(int replaced, ReadOnlySpan<int> by)
        {
            modified = true;
            var more = by.Length - replaced;
            for (var k = 0; k < by.Length; k++)
            {
                changes.Add(by[k], k >= by.Length - more ? 1 : 0);
            }

            if (more < 0)
            {
                changes.Adjust(more);
            }
        }
    }

    static int GraphemeLength(ReadOnlySpan<char> text)
    {
        if (text.Length == 1 || (text[0] is >= ' ' and < '\u007F' && text[1] is >= ' ' and < '\u007F'))
        {
            return 1;
        }

        var length = StringInfo.GetNextTextElementLength(text);
        // The framework's Unicode data lack marks that are newer than it.
        while (length < text.Length && !IsControl(text) && Joins(text[length..]))
        {
            length += StringInfo.GetNextTextElementLength(text[length..]);
        }

        return length;
    }

    static bool IsControl(ReadOnlySpan<char> text) =>
        Rune.DecodeFromUtf16(text, out var first, out _) == System.Buffers.OperationStatus.Done
        && Rune.GetUnicodeCategory(first)
            is UnicodeCategory.Control
                or UnicodeCategory.Format
                or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator
                or UnicodeCategory.OtherNotAssigned;

    static bool Joins(ReadOnlySpan<char> text) =>
        Rune.DecodeFromUtf16(text, out var first, out _) == System.Buffers.OperationStatus.Done
        && UnicodeTables.Is(first.Value, CharFlags.Joins);

    /// <summary>Where the replacement of the shortest key that <paramref name="text"/> starts with is; -1 when there is none.</summary>
    int Find(ReadOnlySpan<byte> text)
    {
        var node = Offset(_units[0]);
        foreach (var b in text)
        {
            if (b == 0)
            {
                break;
            }

            node ^= b;
            if (node >= _units.Length)
            {
                return -1;
            }

            var unit = _units[node];
            if ((unit & 0x800000FF) != b)
            {
                return -1;
            }

            node ^= Offset(unit);
            if ((unit >> 8 & 1) == 1)
            {
                return (int)(_units[node] & 0x7FFFFFFF);
            }
        }

        return -1;
    }

    static uint Offset(uint unit) => (unit >> 10) << (int)((unit & 1u << 9) >> 6);
}
