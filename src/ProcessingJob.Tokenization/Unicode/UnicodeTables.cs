using System.Globalization;

namespace ProcessingJob.Tokenization.Unicode;

/// <summary>
/// What the tokenizers' crates say of a code point. Their Unicode data differ in age, so one kind may contradict another.
/// </summary>
[Flags]
enum CharFlags : ushort
{
    None = 0,

    /// <summary>Removed by BertNormalizer's clean_text: control, format, private use, U+0000, U+FFFD.</summary>
    Removed = 1,

    /// <summary>Mn: removed by BertNormalizer's strip_accents.</summary>
    NonSpacingMark = 2,

    /// <summary>Punctuation of BertPreTokenizer and Punctuation.</summary>
    Punctuation = 4,

    /// <summary>White_Space.</summary>
    Space = 8,

    /// <summary>Nd, Nl, No, as the Digits pre-tokenizer sees them.</summary>
    Numeric = 16,

    /// <summary>\w of the Whitespace pre-tokenizer and of single_word tokens.</summary>
    Word = 32,

    /// <summary>M: removed by StripAccents.</summary>
    Mark = 64,

    /// <summary>\p{L} in patterns.</summary>
    Letter = 128,

    /// <summary>\p{N} in patterns.</summary>
    Number = 256,

    /// <summary>\s in patterns.</summary>
    PatternSpace = 512,

    /// <summary>Belongs to the grapheme cluster of the character before it: Extend, SpacingMark, ZWJ.</summary>
    Joins = 1024,
}

/// <summary>Unicode properties and mappings as two-stage tables, unpacked once from <see cref="UnicodeData"/>.</summary>
static class UnicodeTables
{
    static readonly TwoStage Flags = TwoStage.FromRuns(UnicodeData.Flags);
    static readonly TwoStage Classes = TwoStage.FromRuns(UnicodeData.Classes);
    static readonly Mapping LowerMap = new(UnicodeData.Lower);
    static readonly Mapping CanonicalMap = new(UnicodeData.Canonical);
    static readonly Mapping CompatibleMap = new(UnicodeData.Compatible);
    static readonly Dictionary<long, int> Pairs = ReadPairs();

    /// <summary>Properties of a code point (0 to 0x10FFFF).</summary>
    public static CharFlags Of(int codePoint) => (CharFlags)Flags[codePoint];

    public static bool Is(int codePoint, CharFlags any) => ((CharFlags)Flags[codePoint] & any) != 0;

    /// <summary>0 for starters; marks with a higher canonical combining class have a higher rank.</summary>
    public static int CombiningRank(int codePoint) => Classes[codePoint];

    /// <summary>What a code point is lower-cased to; empty where it stays.</summary>
    public static ReadOnlySpan<int> Lower(int codePoint) => LowerMap[codePoint];

    /// <summary>Full canonical decomposition; empty where there is none. Hangul syllables are not in the table.</summary>
    public static ReadOnlySpan<int> Canonical(int codePoint) => CanonicalMap[codePoint];

    /// <summary>Full compatibility decomposition; empty where there is none. Hangul syllables are not in the table.</summary>
    public static ReadOnlySpan<int> Compatible(int codePoint)
    {
        var own = CompatibleMap[codePoint];
        return own.IsEmpty ? CanonicalMap[codePoint] : own;
    }

    /// <summary>The composite of two code points, or -1.</summary>
    public static int Compose(int first, int second)
    {
        if (first is >= 0x1100 and <= 0x1112 && second is >= 0x1161 and <= 0x1175)
        {
            return 0xAC00 + (((first - 0x1100) * 21) + (second - 0x1161)) * 28;
        }

        if (first is >= 0xAC00 and <= 0xD7A3 && (first - 0xAC00) % 28 == 0 && second is > 0x11A7 and <= 0x11C2)
        {
            return first + (second - 0x11A7);
        }

        return Pairs.GetValueOrDefault(((long)first << 32) | (uint)second, -1);
    }

    /// <summary>General category as \p{…} in patterns has it.</summary>
    public static UnicodeCategory Category(int codePoint) => (UnicodeCategory)(PatternData.Categories[codePoint] & 31);

    /// <summary>\w in patterns.</summary>
    public static bool IsPatternWord(int codePoint) => (PatternData.Categories[codePoint] & 32) != 0;

    /// <summary>Unpacked for tokenizers whose regular expressions ask.</summary>
    static class PatternData
    {
        public static readonly TwoStage Categories = TwoStage.FromRuns(CategoryData.Categories);
    }

    static Dictionary<long, int> ReadPairs()
    {
        var pairs = new Dictionary<long, int>();
        var reader = new VarintReader(UnicodeData.Compositions);
        for (var composite = 0; reader.More; )
        {
            composite += reader.Next();
            var first = composite + reader.NextSigned();
            pairs.Add(((long)first << 32) | (uint)(composite + reader.NextSigned()), composite);
        }

        return pairs;
    }

    /// <summary>Small values of all code points: one page per distinct block of 256.</summary>
    sealed class TwoStage
    {
        readonly ushort[] _pageOf = new ushort[0x1100];
        readonly ushort[] _values;

        TwoStage(ushort[] all)
        {
            var pages = new Dictionary<string, ushort>();
            var stored = new List<ushort[]>();
            for (var page = 0; page < 0x1100; page++)
            {
                var block = all.AsSpan(page * 256, 256);
                var key = new string(System.Runtime.InteropServices.MemoryMarshal.Cast<ushort, char>(block));
                if (!pages.TryGetValue(key, out var index))
                {
                    pages.Add(key, index = (ushort)stored.Count);
                    stored.Add(block.ToArray());
                }

                _pageOf[page] = index;
            }

            _values = [.. stored.SelectMany(block => block)];
        }

        public int this[int codePoint] => _values[(_pageOf[codePoint >> 8] << 8) | (codePoint & 255)];

        public static TwoStage FromRuns(string packed)
        {
            var all = new ushort[0x110000];
            var reader = new VarintReader(packed);
            for (var at = 0; reader.More; )
            {
                var length = reader.Next();
                all.AsSpan(at, length).Fill((ushort)reader.Next());
                at += length;
            }

            return new TwoStage(all);
        }

        /// <summary>1 for the first of the code points, 2 for the second, and so on; 0 for all others.</summary>
        public static TwoStage FromPoints(List<int> codePoints)
        {
            var all = new ushort[0x110000];
            for (var i = 0; i < codePoints.Count; i++)
            {
                all[codePoints[i]] = checked((ushort)(i + 1));
            }

            return new TwoStage(all);
        }
    }

    /// <summary>Code point to a few code points.</summary>
    sealed class Mapping
    {
        readonly TwoStage _indexes;
        readonly List<int[]> _targets =
        [
            [],
        ];

        public Mapping(string packed)
        {
            var reader = new VarintReader(packed);
            var sources = new List<int>();
            for (var source = 0; reader.More; )
            {
                source += reader.Next();
                var target = new int[reader.Next()];
                for (int i = 0, near = source; i < target.Length; i++)
                {
                    target[i] = near += reader.NextSigned();
                }

                sources.Add(source);
                _targets.Add(target);
            }

            _indexes = TwoStage.FromPoints(sources);
        }

        public ReadOnlySpan<int> this[int codePoint] => _targets[_indexes[codePoint]];
    }

    ref struct VarintReader(string packed)
    {
        readonly byte[] _bytes = Convert.FromBase64String(packed);
        int _at;

        public readonly bool More => _at < _bytes.Length;

        public int Next()
        {
            for (int value = 0, shift = 0; ; shift += 7)
            {
                var b = _bytes[_at++];
                value |= (b & 127) << shift;
                if (b < 128)
                {
                    return value;
                }
            }
        }

        public int NextSigned()
        {
            var value = Next();
            return (value & 1) == 1 ? -((value + 1) >> 1) : value >> 1;
        }
    }
}
