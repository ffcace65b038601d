using ProcessingJob.Tokenization.Pipeline;

namespace ProcessingJob.Tokenization.Loading;

/// <summary>
/// What transformers' tokenizer classes do beside what tokenizer.json says (transformers 5, models/*/tokenization_*.py): whether they give
/// token_type_ids, and special tokens of their own.
/// </summary>
static class TokenizerClass
{
    const string Bert = "bert";
    const string MPNet = "mpnet";
    const string Roberta = "roberta";

    /// <summary>The class of a model type, of those that do not run tokenizer.json as it is (models/auto/tokenization_auto.py).</summary>
    static readonly Dictionary<string, string> OwnClasses = new(StringComparer.Ordinal)
    {
        ["bert"] = Bert,
        ["distilbert"] = Bert,
        ["electra"] = Bert,
        ["ernie"] = Bert,
        ["convbert"] = Bert,
        ["mpnet"] = MPNet,
        ["roberta"] = Roberta,
    };

    static readonly HashSet<string> WithoutTypes =
    [
        .. "albert barthez bart camembert clip gemma gpt2 llama mbart mpnet mt5".Split(' '),
        .. "nllb pegasus qwen2 rembert roberta t5 xglm xlmroberta".Split(' '),
    ];

    /// <summary>The name without "Tokenizer" and marks: xlmroberta of XLMRobertaTokenizerFast and of xlm-roberta.</summary>
    public static string Key(string name) =>
        name.Replace("TokenizerFast", "", StringComparison.Ordinal)
            .Replace("Tokenizer", "", StringComparison.Ordinal)
            .Replace("-", "", StringComparison.Ordinal)
            .Replace("_", "", StringComparison.Ordinal)
            .ToLowerInvariant();

    /// <summary>Whether texts get token_type_ids; null where the layout decides.</summary>
    public static bool? GivesTypes(TokenizerConfig config)
    {
        if (config.InputNames is { } names)
        {
            return names.Contains("token_type_ids");
        }

        return config.Family is not { } family ? null
            : WithoutTypes.Contains(Key(family)) ? false
            : Key(family) == "deberta" ? true
            : null;
    }

    /// <summary>
    /// Of a class that makes its normalizer or pre-tokenizer out of tokenizer_config.json and takes only vocabulary, merges and layout of
    /// tokenizer.json: the pipeline as that class runs it (transformers 5, tokenization_utils_tokenizers.py; the fast classes of
    /// transformers 4 set the same values over the file's). A class that is not the model type's own runs tokenizer.json as it is.
    /// </summary>
    public static TextPipeline Rebuilt(TextPipeline pipeline, TokenizerConfig config)
    {
        var own = config.ModelType is { } type ? OwnClasses.GetValueOrDefault(type) : null;
        var stated = config.StatedClass is { } name ? Key(name) : null;
        var kind =
            config.ModelType is null || stated == own ? stated
            : stated is null ? own
            : null;
        switch (kind)
        {
            case Bert or MPNet when pipeline.Normalizers is [BertNormalizer found]:
                var lowercase = config.Flag("do_lower_case", true);
                var chinese = config.Flag("tokenize_chinese_chars", true);
                var accents = config.Flag("strip_accents", lowercase);
                return
                    found is { CleansText: true }
                    && found.Lowercases == lowercase
                    && found.IsolatesChinese == chinese
                    && found.StripsAccents == accents
                    ? pipeline
                    : pipeline with
                    {
                        Normalizers = [new BertNormalizer(true, chinese, accents, lowercase)],
                    };
            case Roberta when pipeline.PreTokenizers is [ByteLevel { UsesRegex: true } bytes]:
                var space = config.Flag("add_prefix_space", false);
                return bytes.AddsPrefixSpace == space ? pipeline : pipeline with { PreTokenizers = [new ByteLevel(space, true)] };
            default:
                return pipeline;
        }
    }

    /// <summary>The layout that a class puts in place of one without special tokens.</summary>
    public static PostProcessor Layout(PostProcessor stated, TokenizerConfig config, Func<string, int?> find)
    {
        if (config.Family is not { } family || Key(family) != "rembert" || stated.SpecialCount(pair: false) > 0)
        {
            return stated;
        }

        return PostProcessorReader.Bert(Token("cls_token", "[CLS]"), Token("sep_token", "[SEP]"));

        (string, int) Token(string role, string fallback)
        {
            var token = config.Special(role) ?? fallback;
            return (token, find(token) ?? throw Refusal.Broken(config.Where, $"{role} {token} is not in the vocabulary"));
        }
    }
}
