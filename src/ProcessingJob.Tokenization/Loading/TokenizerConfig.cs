namespace ProcessingJob.Tokenization.Loading;

/// <summary>tokenizer_config.json and special_tokens_map.json; both may be absent.</summary>
sealed class TokenizerConfig
{
    // transformers writes 10^30 for "no limit".
    const double LargestLimit = 1e6;

    readonly Json config;
    readonly Json map;

    public TokenizerConfig(string folder)
    {
        config = ReadIfThere(Path.Combine(folder, "tokenizer_config.json"));
        map = ReadIfThere(Path.Combine(folder, "special_tokens_map.json"));
    }

    public string? Class => config["tokenizer_class"].TextOrNull?.Replace("Fast", "", StringComparison.Ordinal);

    public int? MaxLength
    {
        get
        {
            var limit = config["model_max_length"];
            if (limit.IsNull) return null;
            return limit.Real is >= 1 and <= LargestLimit ? (int)limit.Real : null;
        }
    }

    public bool Flag(string name, bool fallback) => config[name].Flag(fallback);

    public bool Has(string name) => !config[name].IsNull;

    /// <summary>A special token such as pad_token: a string, or an object with its content.</summary>
    public string? Special(string name)
    {
        var token = map[name].IsNull ? config[name] : map[name];
        return token.IsObject ? token["content"].TextOrNull : token.TextOrNull;
    }

    static Json ReadIfThere(string path) => File.Exists(path) ? Json.Read(path) : new Json(default, path);
}
