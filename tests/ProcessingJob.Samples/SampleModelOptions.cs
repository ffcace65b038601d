namespace ProcessingJob.Samples;

/// <summary>What to write; equal options give equal bytes on every machine.</summary>
public sealed record SampleModelOptions
{
    public ModelFamily Family { get; init; } = ModelFamily.Bert;

    public ModelSize Size { get; init; } = ModelSize.Tiny;

    public ModelHead Head { get; init; } = ModelHead.Encoder;

    /// <summary>Weights are drawn from it.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>
    /// Pooling of an encoder as sentence-transformers names it: mean, cls, max, lasttoken, weightedmean, mean_sqrt_len_tokens.
    /// Null writes no modules.json: a bare transformer.
    /// </summary>
    public string? Pooling { get; init; } = "mean";

    /// <summary>Adds <c>2_Normalize</c> to modules.json.</summary>
    public bool Normalize { get; init; }

    /// <summary>Prompts by name, written to config_sentence_transformers.json; empty for none.</summary>
    public IReadOnlyDictionary<string, string> Prompts { get; init; } = new Dictionary<string, string>();

    /// <summary><c>max_seq_length</c> of sentence_bert_config.json; null for the model's own limit.</summary>
    public int? MaxSequenceLength { get; init; }

    /// <summary>Labels of a classifier, in order of their ids.</summary>
    public IReadOnlyList<string> Labels { get; init; } = ["negative", "neutral", "positive"];

    /// <summary>
    /// A folder whose tokenizer.json (vocab.txt, vocab.json, merges.txt) is taken instead of a trained one; its size wins.
    /// </summary>
    public string? TokenizerFolder { get; init; }
}
