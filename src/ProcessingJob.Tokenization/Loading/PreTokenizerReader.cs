using ProcessingJob.Tokenization.Patterns;
using ProcessingJob.Tokenization.Pipeline;
using ProcessingJob.Tokenization.Unicode;

namespace ProcessingJob.Tokenization.Loading;

/// <summary>The pre_tokenizer section of tokenizer.json.</summary>
static class PreTokenizerReader
{
    public static List<PreTokenizer> Read(Json section)
    {
        var steps = new List<PreTokenizer>();
        Add(section, steps);
        return steps;
    }

    static void Add(Json step, List<PreTokenizer> into)
    {
        if (step.IsNull)
        {
            return;
        }

        switch (step["type"].Text)
        {
            case "Sequence":
                foreach (var inner in step["pretokenizers"].Items)
                {
                    Add(inner, into);
                }

                break;
            case "BertPreTokenizer":
                into.Add(new BertPreTokenizer());
                break;
            case "Whitespace":
                into.Add(new Whitespace());
                break;
            case "WhitespaceSplit":
                into.Add(new WhitespaceSplit());
                break;
            case "ByteLevel":
                into.Add(new ByteLevel(step["add_prefix_space"].Flag(true), step["use_regex"].Flag(true)));
                break;
            case "Metaspace":
                into.Add(ReadMetaspace(step));
                break;
            case "Punctuation":
                into.Add(
                    new PatternSplit(
                        new CharacterPattern(static c => UnicodeTables.Is(c, CharFlags.Punctuation)),
                        Behavior(step["behavior"]),
                        inverted: false,
                        "Punctuation"
                    )
                );
                break;
            case "Digits":
                var single = step["individual_digits"].Flag(false);
                into.Add(
                    new PatternSplit(
                        new CharacterPattern(static c => UnicodeTables.Is(c, CharFlags.Numeric)),
                        single ? Delimiters.Isolated : Delimiters.Contiguous,
                        inverted: false,
                        "Digits"
                    )
                );
                break;
            case "CharDelimiterSplit":
                var delimiter = OneCharacter(step["delimiter"]);
                into.Add(new PatternSplit(new LiteralPattern([delimiter]), Delimiters.Removed, inverted: false, "CharDelimiterSplit"));
                break;
            case "Split":
                into.Add(ReadSplit(step));
                break;
            case var other:
                throw Refusal.Unsupported(step.Where, $"pre-tokenizer {other}");
        }
    }

    static PreTokenizer ReadSplit(Json step)
    {
        var behavior = Behavior(step["behavior"]);
        var inverted = step["invert"].Flag(false);
        // These patterns leave no gaps, so that isolated matches and inverted, removed gaps come to the same.
        if (
            step["pattern"]["Regex"].TextOrNull is { } regex
            && WordPatterns.Parse(regex) is { } known
            && (behavior == Delimiters.Isolated || (behavior == Delimiters.Removed && inverted))
        )
        {
            return new WordSplit(known);
        }

        return new PatternSplit(PatternReader.Read(step["pattern"], out var shown), behavior, inverted, $"Split({shown})");
    }

    static Metaspace ReadMetaspace(Json step)
    {
        var scheme = step["prepend_scheme"].TextOrNull switch
        {
            null or "always" => PrependScheme.Always,
            "first" => PrependScheme.First,
            "never" => PrependScheme.Never,
            var other => throw Refusal.Unsupported(step.Where, $"prepend_scheme {other}"),
        };
        if (!step["add_prefix_space"].Flag(true))
        {
            scheme = PrependScheme.Never;
        }

        return new Metaspace(OneCharacter(step["replacement"]), scheme, step["split"].Flag(true));
    }

    static int OneCharacter(Json text)
    {
        var runes = text.Text.EnumerateRunes().ToArray();
        return runes is [var only] ? only.Value : throw text.Expected("one character");
    }

    static Delimiters Behavior(Json behavior) =>
        behavior.TextOrNull switch
        {
            null or "Isolated" => Delimiters.Isolated,
            "Removed" => Delimiters.Removed,
            "MergedWithPrevious" => Delimiters.MergedWithPrevious,
            "MergedWithNext" => Delimiters.MergedWithNext,
            "Contiguous" => Delimiters.Contiguous,
            var other => throw Refusal.Unsupported(behavior.Where, $"behavior {other}"),
        };
}
