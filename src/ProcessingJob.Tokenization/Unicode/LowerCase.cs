using System.Globalization;
using System.Text;

namespace ProcessingJob.Tokenization.Unicode;

/// <summary>
/// Lower case as Python's <c>str.lower</c> has it, which sentence-transformers uses for do_lower_case: the full mappings of Unicode
/// (one code point may become several), and a capital sigma at the end of a word becomes a final one (SpecialCasing.txt, Final_Sigma).
/// </summary>
static class LowerCase
{
    const char Sigma = '\u03A3',
        SmallSigma = '\u03C3',
        FinalSigma = '\u03C2';

    /// <summary>Appends the lower-cased text; lone surrogates stay as they are.</summary>
    public static void Append(ReadOnlySpan<char> text, List<char> into)
    {
        Span<char> utf16 = stackalloc char[2];
        for (var i = 0; i < text.Length; )
        {
            var c = text[i];
            if (c < 128)
            {
                into.Add(char.IsAsciiLetterUpper(c) ? (char)(c | 0x20) : c);
                i++;
                continue;
            }

            if (c == Sigma)
            {
                into.Add(IsFinal(text, i) ? FinalSigma : SmallSigma);
                i++;
                continue;
            }

            if (Rune.DecodeFromUtf16(text[i..], out var rune, out var length) != System.Buffers.OperationStatus.Done)
            {
                into.Add(c);
                i++;
                continue;
            }

            var lower = UnicodeTables.Lower(rune.Value);
            if (lower.IsEmpty)
            {
                into.AddRange(text.Slice(i, length));
            }

            foreach (var codePoint in lower)
            {
                into.AddRange(utf16[..new Rune(codePoint).EncodeToUtf16(utf16)]);
            }

            i += length;
        }
    }

    /// <summary>A cased letter stands before it and none behind it, case-ignorable characters aside.</summary>
    static bool IsFinal(ReadOnlySpan<char> text, int at)
    {
        var before = text[..at];
        while (Rune.DecodeLastFromUtf16(before, out var rune, out var length) == System.Buffers.OperationStatus.Done && IsIgnorable(rune))
        {
            before = before[..^length];
        }

        if (Rune.DecodeLastFromUtf16(before, out var last, out _) != System.Buffers.OperationStatus.Done || !IsCased(last))
        {
            return false;
        }

        var behind = text[(at + 1)..];
        while (Rune.DecodeFromUtf16(behind, out var rune, out var length) == System.Buffers.OperationStatus.Done && IsIgnorable(rune))
        {
            behind = behind[length..];
        }

        return Rune.DecodeFromUtf16(behind, out var next, out _) != System.Buffers.OperationStatus.Done || !IsCased(next);
    }

    // DerivedCoreProperties.txt, Case_Ignorable: five general categories, and Word_Break MidLetter, MidNumLet and Single_Quote.
    static bool IsIgnorable(Rune rune) =>
        Rune.GetUnicodeCategory(rune)
            is UnicodeCategory.NonSpacingMark
                or UnicodeCategory.EnclosingMark
                or UnicodeCategory.Format
                or UnicodeCategory.ModifierLetter
                or UnicodeCategory.ModifierSymbol
        || "':\u00B7\u0387\u055F\u05F4\u2027\uFE13\uFE55\uFF1A.\u2018\u2019\u2024\uFE52\uFF07\uFF0E".Contains((char)rune.Value)
            && rune.IsBmp;

    // DerivedCoreProperties.txt, Cased, without those that are case-ignorable too.
    static bool IsCased(Rune rune) =>
        Rune.GetUnicodeCategory(rune)
            is UnicodeCategory.UppercaseLetter
                or UnicodeCategory.LowercaseLetter
                or UnicodeCategory.TitlecaseLetter
        || rune.Value
            is 0xAA
                or 0xBA
                or (>= 0x2160 and <= 0x217F)
                or (>= 0x24B6 and <= 0x24E9)
                or (>= 0x1F130 and <= 0x1F149)
                or (>= 0x1F150 and <= 0x1F169)
                or (>= 0x1F170 and <= 0x1F189);
}
