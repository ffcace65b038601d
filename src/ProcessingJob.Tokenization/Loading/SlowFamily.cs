namespace ProcessingJob.Tokenization.Loading;

/// <summary>The tokenizers that are put together without tokenizer.json.</summary>
enum SlowFamily
{
    Bert,
    MPNet,
    Roberta,
    Gpt2,
    XlmRoberta,
    T5,
    DebertaV2,
}

static class SlowFamilies
{
    // Names of classes (BertTokenizer) and model types (xlm-roberta), without "Tokenizer" and marks. Each has its family's converter in
    // transformers.
    static readonly Dictionary<string, SlowFamily> Known = new (SlowFamily Family, string Names)[]
    {
        (
            SlowFamily.Bert,
            "bert distilbert electra mobilebert squeezebert convbert layoutlm lxmert retribert realm dpr dprquestionencoder "
                + "dprcontextencoder dprreader megatronbert ernie nezha"
        ),
        (SlowFamily.MPNet, "mpnet"),
        (SlowFamily.Roberta, "roberta longformer bart led data2vectext"),
        (SlowFamily.Gpt2, "gpt2"),
        (SlowFamily.XlmRoberta, "xlmroberta xlmrobertaxl"),
        (SlowFamily.T5, "t5 mt5"),
        (SlowFamily.DebertaV2, "debertav2"),
    }
        .SelectMany(row => row.Names.Split(' ').Select(name => (name, row.Family)))
        .ToDictionary();

    /// <summary>The family that the folder names, or null where it names none.</summary>
    /// <param name="readable">The families that are read from the file <paramref name="path"/>.</param>
    public static SlowFamily? Of(TokenizerConfig config, string path, params ReadOnlySpan<SlowFamily> readable)
    {
        if (config.Family is not { } name)
        {
            return null;
        }

        if (Known.TryGetValue(TokenizerClass.Key(name), out var family) && readable.Contains(family))
        {
            return family;
        }

        throw Refusal.Unsupported(
            path,
            $"{name} without tokenizer.json, which transformers' AutoTokenizer.from_pretrained(…).save_pretrained(…) writes,"
        );
    }
}
