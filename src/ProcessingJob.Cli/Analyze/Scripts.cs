namespace ProcessingJob.Cli.Analyze;

/// <summary>Which writing system a letter belongs to, by the blocks of Unicode that hold nearly all text there is.</summary>
static class Scripts
{
    public const string None = "no letters",
        Emoji = "Emoji";

    /// <summary>First and last code point. Source: Unicode's Blocks.txt; blocks of one script that touch are one range.</summary>
    static readonly (int First, int Last, string Name)[] Ranges =
    [
        (0x41, 0x5A, "Latin"),
        (0x61, 0x7A, "Latin"),
        (0xAA, 0xAA, "Latin"),
        (0xBA, 0xBA, "Latin"),
        (0xC0, 0xD6, "Latin"),
        (0xD8, 0xF6, "Latin"),
        (0xF8, 0x2AF, "Latin"),
        (0x370, 0x3FF, "Greek"),
        (0x400, 0x52F, "Cyrillic"),
        (0x530, 0x58F, "Armenian"),
        (0x590, 0x5FF, "Hebrew"),
        (0x600, 0x6FF, "Arabic"),
        (0x700, 0x74F, "Syriac"),
        (0x750, 0x77F, "Arabic"),
        (0x780, 0x7BF, "Thaana"),
        (0x7C0, 0x7FF, "N'Ko"),
        (0x860, 0x8FF, "Arabic"),
        (0x900, 0x97F, "Devanagari"),
        (0x980, 0x9FF, "Bengali"),
        (0xA00, 0xA7F, "Gurmukhi"),
        (0xA80, 0xAFF, "Gujarati"),
        (0xB00, 0xB7F, "Odia"),
        (0xB80, 0xBFF, "Tamil"),
        (0xC00, 0xC7F, "Telugu"),
        (0xC80, 0xCFF, "Kannada"),
        (0xD00, 0xD7F, "Malayalam"),
        (0xD80, 0xDFF, "Sinhala"),
        (0xE00, 0xE7F, "Thai"),
        (0xE80, 0xEFF, "Lao"),
        (0xF00, 0xFFF, "Tibetan"),
        (0x1000, 0x109F, "Myanmar"),
        (0x10A0, 0x10FF, "Georgian"),
        (0x1100, 0x11FF, "Hangul"),
        (0x1200, 0x139F, "Ethiopic"),
        (0x13A0, 0x13FF, "Cherokee"),
        (0x1400, 0x167F, "Canadian Aboriginal"),
        (0x1780, 0x17FF, "Khmer"),
        (0x1800, 0x18AF, "Mongolian"),
        (0x1C80, 0x1C8F, "Cyrillic"),
        (0x1C90, 0x1CBF, "Georgian"),
        (0x1E00, 0x1EFF, "Latin"),
        (0x1F00, 0x1FFF, "Greek"),
        (0x2600, 0x27BF, Emoji),
        (0x2C60, 0x2C7F, "Latin"),
        (0x2DE0, 0x2DFF, "Cyrillic"),
        (0x2E80, 0x2FDF, "Han"),
        (0x3005, 0x3007, "Han"),
        (0x3041, 0x309F, "Hiragana"),
        (0x30A1, 0x30FF, "Katakana"),
        (0x3100, 0x312F, "Bopomofo"),
        (0x3130, 0x318F, "Hangul"),
        (0x31F0, 0x31FF, "Katakana"),
        (0x3400, 0x4DBF, "Han"),
        (0x4E00, 0x9FFF, "Han"),
        (0xA000, 0xA4CF, "Yi"),
        (0xA640, 0xA69F, "Cyrillic"),
        (0xA720, 0xA7FF, "Latin"),
        (0xA960, 0xA97F, "Hangul"),
        (0xAB30, 0xAB6F, "Latin"),
        (0xAC00, 0xD7FF, "Hangul"),
        (0xF900, 0xFAFF, "Han"),
        (0xFB00, 0xFB06, "Latin"),
        (0xFB1D, 0xFB4F, "Hebrew"),
        (0xFB50, 0xFDFF, "Arabic"),
        (0xFE70, 0xFEFE, "Arabic"),
        (0xFF21, 0xFF3A, "Latin"),
        (0xFF41, 0xFF5A, "Latin"),
        (0xFF66, 0xFF9F, "Katakana"),
        (0xFFA0, 0xFFDC, "Hangul"),
        (0x1F300, 0x1FAFF, Emoji),
        (0x20000, 0x3FFFF, "Han"),
    ];

    /// <summary>Null for digits, signs, space and scripts that are not in the table.</summary>
    public static string? Of(int codePoint)
    {
        var (low, high) = (0, Ranges.Length - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            if (codePoint < Ranges[middle].First)
            {
                high = middle - 1;
            }
            else if (codePoint > Ranges[middle].Last)
            {
                low = middle + 1;
            }
            else
            {
                return Ranges[middle].Name;
            }
        }
        return null;
    }

    /// <summary>The script with the most letters in a text; Japanese when kana stands among the Han.</summary>
    public static string MainOf(ReadOnlySpan<char> text)
    {
        var counts = new Dictionary<string, int>();
        var (lastName, run) = ((string?)null, 0);
        foreach (var rune in text.EnumerateRunes())
        {
            var name = Of(rune.Value);
            if (name == lastName)
            {
                run++;
                continue;
            }
            Count(lastName, run);
            (lastName, run) = (name, 1);
        }
        Count(lastName, run);
        var kana = counts.GetValueOrDefault("Hiragana") + counts.GetValueOrDefault("Katakana");
        // Emoji count only where nothing is written.
        var letters = counts.Where(c => c.Key != Emoji).ToList();
        if (letters.Count == 0)
        {
            return counts.Count > 0 ? Emoji : None;
        }

        var main = letters.MaxBy(c => c.Value).Key;
        return kana > 0 && main is "Han" or "Hiragana" or "Katakana" ? "Japanese" : main;

        void Count(string? name, int letters)
        {
            if (name is not null)
            {
                counts[name] = counts.GetValueOrDefault(name) + letters;
            }
        }
    }
}
