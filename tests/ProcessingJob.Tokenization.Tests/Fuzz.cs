using System.Text;

namespace ProcessingJob.Tokenization.Tests;

/// <summary>Seeded texts that nobody would write.</summary>
static class Fuzz
{
    static readonly string[] Gems =
    [
        "[SEP]",
        "[sep]",
        "<s>",
        "<mask>",
        "</s>",
        "  <mask> ",
        "[MASK]",
        "<extra_id_0>",
        "\ud800",
        "\udc00x",
        "\r\n",
        "'s",
        "'LL",
        "한국",
        "ｶﾞ",
        "👨‍👩‍👧",
        "\u0001",
        "\u3000",
        "\u0600a",
        "e\u0301\u200d",
        "\ufffe",
        "\u0085",
        "...",
        "  ",
        "İ",
        "ß",
        "Zwischenraum",
        " <tab> ",
        "@",
        "🇩🇪🇫🇷",
    ];

    public static List<string> Texts(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => Text(random))];
    }

    static string Text(Random random)
    {
        var text = new StringBuilder();
        for (var left = random.Next(1, 24); left > 0; left--)
        {
            if (random.Next(24) == 0)
            {
                text.Append(Gems[random.Next(Gems.Length)]);
                continue;
            }

            var c = random.Next(11) switch
            {
                < 3 => random.Next(0x20, 0x7F),
                3 => random.Next(0, 0x20),
                4 => random.Next(0x7F, 0x600),
                5 => random.Next(0x300, 0x370),
                6 => random.Next(0x600, 0x3000),
                7 => random.Next(0x3000, 0x10000),
                8 => random.Next(0x10000, 0x20000),
                9 => random.Next(0x20000, 0x110000),
                _ => ' ',
            };
            if (c is >= 0xD800 and <= 0xDFFF)
            {
                text.Append((char)c);
            }
            else
            {
                text.Append(char.ConvertFromUtf32(c));
            }
        }

        return text.ToString();
    }

    /// <summary>Every Unicode scalar value C as a word xCy, some words a text.</summary>
    public static List<string> ScalarWords(int wordsPerText)
    {
        var texts = new List<string>();
        var text = new StringBuilder();
        var words = 0;
        for (var c = 0; c <= 0x10FFFF; c++)
        {
            if (c is >= 0xD800 and <= 0xDFFF)
            {
                continue;
            }

            if (words > 0)
            {
                text.Append(' ');
            }

            text.Append('x').Append(char.ConvertFromUtf32(c)).Append('y');
            if (++words < wordsPerText && c < 0x10FFFF)
            {
                continue;
            }

            texts.Add(text.ToString());
            text.Clear();
            words = 0;
        }

        return texts;
    }
}
