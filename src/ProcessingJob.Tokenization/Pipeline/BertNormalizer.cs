using ProcessingJob.Tokenization.Unicode;

namespace ProcessingJob.Tokenization.Pipeline;

sealed class BertNormalizer(bool cleanText, bool isolateChinese, bool stripAccents, bool lowercase) : Normalizer
{
    public bool CleansText => cleanText;

    public bool IsolatesChinese => isolateChinese;

    public bool StripsAccents => stripAccents;

    public bool Lowercases => lowercase;

    /// <summary>The same, lower-casing; where accents stay, the order of the two does not show.</summary>
    public BertNormalizer Lowercased() => new(cleanText, isolateChinese, stripAccents, lowercase: true);

    public override string Describe() =>
        $"BertNormalizer(clean_text={Flag(cleanText)}, handle_chinese_chars={Flag(isolateChinese)}, "
        + $"strip_accents={Flag(stripAccents)}, lowercase={Flag(lowercase)})";

    public override void Apply(Workspace work)
    {
        if (cleanText)
        {
            work.Text.Filter(static c => !UnicodeTables.Is(c, CharFlags.Removed));
            foreach (ref var c in work.Text.CodePoints)
            {
                if (UnicodeTables.Is(c, CharFlags.Space))
                {
                    c = ' ';
                }
            }
        }

        if (isolateChinese && HasChinese(work.Text.CodePoints))
        {
            work.Changes.Clear();
            foreach (var c in work.Text.CodePoints)
            {
                var chinese = IsChinese(c);
                if (chinese)
                {
                    work.Changes.Add(' ', 0);
                }

                work.Changes.Add(c, chinese ? 1 : 0);
                if (chinese)
                {
                    work.Changes.Add(' ', 1);
                }
            }

            work.ApplyChanges();
        }

        if (stripAccents)
        {
            UnicodeForm.Apply(NormalForm.Nfd, work);
            work.Text.Filter(static c => !UnicodeTables.Is(c, CharFlags.NonSpacingMark));
        }

        if (lowercase)
        {
            Lowercase.Lower(work);
        }
    }

    /// <summary>The blocks as Hugging Face's code has them, with U+2B820 to U+2B91F left out.</summary>
    public static bool IsChinese(int c) =>
        c >= 0x3400
        && c
            is (>= 0x4E00 and <= 0x9FFF)
                or (>= 0x3400 and <= 0x4DBF)
                or (>= 0x20000 and <= 0x2A6DF)
                or (>= 0x2A700 and <= 0x2B73F)
                or (>= 0x2B740 and <= 0x2B81F)
                or (>= 0x2B920 and <= 0x2CEAF)
                or (>= 0xF900 and <= 0xFAFF)
                or (>= 0x2F800 and <= 0x2FA1F);

    static bool HasChinese(ReadOnlySpan<int> text)
    {
        foreach (var c in text)
        {
            if (IsChinese(c))
            {
                return true;
            }
        }

        return false;
    }

    static string Flag(bool value) => value ? "true" : "false";
}
