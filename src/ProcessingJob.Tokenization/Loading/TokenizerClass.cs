using ProcessingJob.Tokenization.Pipeline;

namespace ProcessingJob.Tokenization.Loading;

/// <summary>
/// What transformers' tokenizer classes do beside what tokenizer.json says (transformers 5, models/*/tokenization_*.py): whether they give
/// token_type_ids, and special tokens of their own.
/// </summary>
static class TokenizerClass
{
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
