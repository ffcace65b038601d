using ProcessingJob.Tokenization.Models;
using ProcessingJob.Tokenization.Pipeline;
using ProcessingJob.Tokenization.Unicode;

namespace ProcessingJob.Tokenization.Loading;

/// <summary>The normalizer section of tokenizer.json.</summary>
static class NormalizerReader
{
    public static List<Normalizer> Read(Json section)
    {
        var steps = new List<Normalizer>();
        Add(section, steps);
        return steps;
    }

    static void Add(Json step, List<Normalizer> into)
    {
        if (step.IsNull)
        {
            return;
        }

        switch (step["type"].Text)
        {
            case "Sequence":
                foreach (var inner in step["normalizers"].Items)
                {
                    Add(inner, into);
                }

                break;
            case "BertNormalizer":
                var lowercase = step["lowercase"].Flag(true);
                into.Add(
                    new BertNormalizer(
                        step["clean_text"].Flag(true),
                        step["handle_chinese_chars"].Flag(true),
                        step["strip_accents"].Flag(lowercase),
                        lowercase
                    )
                );
                break;
            case "Lowercase":
                into.Add(new Lowercase());
                break;
            case "NFC":
                into.Add(new UnicodeForm(NormalForm.Nfc));
                break;
            case "NFD":
                into.Add(new UnicodeForm(NormalForm.Nfd));
                break;
            case "NFKC":
                into.Add(new UnicodeForm(NormalForm.Nfkc));
                break;
            case "NFKD":
                into.Add(new UnicodeForm(NormalForm.Nfkd));
                break;
            case "StripAccents":
                into.Add(new StripAccents());
                break;
            case "Strip":
                into.Add(new Strip(step["strip_left"].Flag(true), step["strip_right"].Flag(true)));
                break;
            case "Nmt":
                into.Add(new Nmt());
                break;
            case "Prepend":
                into.Add(new Prepend(Vocabulary.CodePoints(step["prepend"].Text), step["prepend"].Text));
                break;
            case "Replace":
                var content = step["content"].Text;
                into.Add(
                    new Replace(
                        PatternReader.Read(step["pattern"], out var shown),
                        Vocabulary.CodePoints(content),
                        $"{shown} -> \"{content}\""
                    )
                );
                break;
            case "Precompiled":
                into.Add(ReadPrecompiled(step["precompiled_charsmap"]));
                break;
            case var other:
                throw Refusal.Unsupported(step.Where, $"normalizer {other}");
        }
    }

    static Precompiled ReadPrecompiled(Json map)
    {
        try
        {
            return new Precompiled(Convert.FromBase64String(map.Text));
        }
        catch (FormatException e)
        {
            throw Refusal.Broken(map.Where, $"no character map: {e.Message}");
        }
    }
}
