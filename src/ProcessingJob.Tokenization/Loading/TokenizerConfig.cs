using ProcessingJob.Tokenization.Pipeline;

namespace ProcessingJob.Tokenization.Loading;

/// <summary>tokenizer_config.json, special_tokens_map.json and added_tokens.json; each may be absent.</summary>
sealed class TokenizerConfig
{
    // transformers writes 10^30 for "no limit".
    const double LargestLimit = 1e6;

    readonly Json config;
    readonly Json map;
    readonly Json added;

    public TokenizerConfig(string folder)
    {
        config = ReadIfThere(Path.Combine(folder, "tokenizer_config.json"));
        map = ReadIfThere(Path.Combine(folder, "special_tokens_map.json"));
        added = ReadIfThere(Path.Combine(folder, "added_tokens.json"));
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

    /// <summary>A special token such as pad_token: a string, or an object with its content.</summary>
    public string? Special(string name)
    {
        var token = map[name].IsNull ? config[name] : map[name];
        return token.IsObject ? token["content"].TextOrNull : token.TextOrNull;
    }

    /// <summary>
    /// A family's added tokens with those of added_tokens.json (ordinary words, found in normalized text) and of added_tokens_decoder, which
    /// states all there is to a token.
    /// </summary>
    public IReadOnlyList<AddedToken> WithMore(IEnumerable<AddedToken> family)
    {
        var tokens = family.ToDictionary(token => token.Content);
        if (!added.IsNull)
            foreach (var (content, id) in added.Members) tokens.TryAdd(content, new AddedToken(content, id.Number, Normalized: true, Special: false));
        if (config["added_tokens_decoder"] is { IsNull: false } stated)
        {
            foreach (var (name, token) in stated.Members)
            {
                if (!int.TryParse(name, out var id) || id < 0) throw Refusal.Broken(stated.Where, $"expected an id of 0 or more, found {name}");
                tokens[token["content"].Text] = TokenizerJson.AddedTokenOf(token, id);
            }
        }

        return [.. tokens.Values];
    }

    static Json ReadIfThere(string path) => File.Exists(path) ? Json.Read(path) : new Json(default, path);
}
