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

    /// <summary>
    /// Small values of all code points in pages of 256. Pages of one value are shared; they are most of the million code points, so the
    /// tables are never laid out in full.
    /// </summary>
    sealed class TwoStage
    {
        const int PageSize = 256,
            Pages = 0x110000 / PageSize;

        readonly ushort[] _pageOf = new ushort[Pages];
        readonly int[] _uniform = new int[1 << 11]; // by value: the page that holds nothing else, plus 1
        ushort[] _values = new ushort[64 * PageSize];
        int _pages,
            _stored;

        public int this[int codePoint] => _values[(_pageOf[codePoint >> 8] << 8) | (codePoint & 255)];

        public static TwoStage FromRuns(string packed)
        {
            var (table, at) = (new TwoStage(), 0);
            var reader = new VarintReader(packed);
            Span<ushort> page = stackalloc ushort[PageSize];
            while (reader.More)
            {
                var length = reader.Next();
                var value = (ushort)reader.Next();
                for (int step; length > 0; length -= step)
                {
                    step = Math.Min(PageSize - at, length);
                    if (step == PageSize)
                    {
                        table.AddUniform(value);
                        continue;
                    }

                    page.Slice(at, step).Fill(value);
                    if ((at += step) == PageSize)
                    {
                        table.Add(page);
                        at = 0;
                    }
                }
            }

            if (at > 0)
            {
                page[at..].Clear();
                table.Add(page);
            }

            return table.Complete();
        }

        /// <summary>1 for the first of the code points, 2 for the second, and so on; 0 for all others.</summary>
        /// <param name="codePoints">In ascending order.</param>
        public static TwoStage FromPoints(List<int> codePoints)
        {
            var table = new TwoStage();
            Span<ushort> page = stackalloc ushort[PageSize];
            for (var i = 0; i < codePoints.Count; )
            {
                var number = codePoints[i] / PageSize;
                while (table._pages < number)
                {
                    table.AddUniform(0);
                }

                page.Clear();
                for (; i < codePoints.Count && codePoints[i] / PageSize == number; i++)
                {
                    page[codePoints[i] % PageSize] = checked((ushort)(i + 1));
                }

                table.Add(page);
            }

            return table.Complete();
        }

        TwoStage Complete()
        {
            while (_pages < Pages)
            {
                AddUniform(0);
            }

            return this;
        }

        void AddUniform(ushort value)
        {
            ref var known = ref _uniform[value];
            if (known == 0)
            {
                Span<ushort> page = stackalloc ushort[PageSize];
                page.Fill(value);
                known = Store(page) + 1;
            }

            _pageOf[_pages++] = (ushort)(known - 1);
        }

        void Add(ReadOnlySpan<ushort> page) => _pageOf[_pages++] = Store(page);

        ushort Store(ReadOnlySpan<ushort> page)
        {
            if ((_stored + 1) * PageSize > _values.Length)
            {
                Array.Resize(ref _values, _values.Length * 2);
            }

            page.CopyTo(_values.AsSpan(_stored * PageSize));
            return checked((ushort)_stored++);
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
