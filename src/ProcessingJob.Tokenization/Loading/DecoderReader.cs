using ProcessingJob.Tokenization.Pipeline;

namespace ProcessingJob.Tokenization.Loading;

/// <summary>The decoder section of tokenizer.json.</summary>
static class DecoderReader
{
    /// <summary>The steps, or null where there is no decoder: then tokens are joined by spaces.</summary>
    public static List<Decoder>? Read(Json section)
    {
        if (section.IsNull)
        {
            return null;
        }

        var steps = new List<Decoder>();
        Add(section, steps);
        return steps;
    }

    static void Add(Json step, List<Decoder> into)
    {
        switch (step["type"].Text)
        {
            case "Sequence":
                foreach (var inner in step["decoders"].Items)
                {
                    Add(inner, into);
                }

                break;
            case "WordPiece":
                into.Add(new WordPieceDecoder(step["prefix"].TextOrNull ?? "##", step["cleanup"].Flag(true)));
                break;
            case "ByteLevel":
                into.Add(new ByteLevelDecoder());
                break;
            case "Metaspace":
                var never = step["prepend_scheme"].TextOrNull == "never" || !step["add_prefix_space"].Flag(true);
                into.Add(new MetaspaceDecoder(step["replacement"].Text, never ? PrependScheme.Never : PrependScheme.Always));
                break;
            case "Replace" when !step["pattern"]["String"].IsNull:
                into.Add(new ReplaceDecoder(step["pattern"]["String"].Text, step["content"].Text));
                break;
            case "BPEDecoder":
                into.Add(new SuffixDecoder(step["suffix"].TextOrNull ?? "</w>"));
                break;
            case "Fuse":
                into.Add(new FuseDecoder());
                break;
            case "ByteFallback":
                into.Add(new ByteFallbackDecoder());
                break;
            case "Strip" when step["content"].Text.Length == 1:
                into.Add(new StripDecoder(step["content"].Text[0], step["start"].Number, step["stop"].Number));
                break;
            case var other:
                throw Refusal.Unsupported(step.Where, $"decoder {other}");
        }
    }
}
