using ProcessingJob.Tokenization.Pipeline;

namespace ProcessingJob.Tokenization.Loading;

/// <summary>tokenizer_config.json, special_tokens_map.json and added_tokens.json; each may be absent.</summary>
sealed class TokenizerConfig
{
    // transformers writes 10^30 for "no limit".
    const double LargestLimit = 1e6;

    // Names under which special tokens are stated.
    static readonly string[] Roles = ["bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token"];

    readonly string _folder;
    readonly Json _config;
    readonly Json _map;
    readonly Json _added;

    public TokenizerConfig(string folder)
    {
        _folder = folder;
        _config = Json.ReadIfThere(Path.Combine(folder, "tokenizer_config.json"));
        _map = Json.ReadIfThere(Path.Combine(folder, "special_tokens_map.json"));
        _added = Json.ReadIfThere(Path.Combine(folder, "added_tokens.json"));
    }

    /// <summary>
    /// What transformers chooses a tokenizer by: the class stated here or in config.json, else the model type; null where none is.
    /// </summary>
    public string? Family => StatedClass ?? ModelType;

    /// <summary>The class stated here or in config.json; null where none is.</summary>
    public string? StatedClass => _config["tokenizer_class"].TextOrNull ?? Model["tokenizer_class"].TextOrNull;

    /// <summary>config.json's model_type; null where there is none.</summary>
    public string? ModelType => Model["model_type"].TextOrNull;

    public int? MaxLength
    {
        get
        {
            var limit = _config["model_max_length"];
            if (limit.IsNull)
            {
                return null;
            }

            return limit.Real is >= 1 and <= LargestLimit ? (int)limit.Real : null;
        }
    }

    public string Where => _config.Where.TrimEnd(':');

    /// <summary>Whether too long a text loses its start; null where that is not said.</summary>
    public bool? TruncatesLeft => IsLeft(_config["truncation_side"]);

    /// <summary>What the model is said to take: model_input_names.</summary>
    public IReadOnlyList<string>? InputNames =>
        _config["model_input_names"].IsNull ? null : [.. _config["model_input_names"].Items.Select(name => name.Text)];

    /// <summary>A side as transformers (left) and tokenizers (Left) write it; null where none is stated.</summary>
    public static bool? IsLeft(Json side) =>
        side.TextOrNull switch
        {
            null => null,
            "left" or "Left" => true,
            "right" or "Right" => false,
            var other => throw Refusal.Unsupported(side.Where, $"side {other}"),
        };

    public bool Flag(string name, bool fallback) => _config[name].Flag(fallback);

    /// <summary>A special token such as pad_token: a string, or an object with its content.</summary>
    public string? Special(string name) => Content(_map[name].IsNull ? _config[name] : _map[name]);

    /// <summary>
    /// A family's added tokens with those of added_tokens.json (ordinary words, found in normalized text, unless they are named as special)
    /// and of
    /// added_tokens_decoder, which states all there is to a token.
    /// </summary>
    public IReadOnlyList<AddedToken> WithMore(IEnumerable<AddedToken> family)
    {
        var tokens = family.ToDictionary(token => token.Content);
        if (!_added.IsNull)
        {
            foreach (var (content, id) in _added.Members)
            {
                var special = IsSpecial(content);
                tokens.TryAdd(content, new AddedToken(content, id.Number, Normalized: !special, Special: special));
            }
        }

        if (_config["added_tokens_decoder"] is { IsNull: false } stated)
        {
            foreach (var (name, token) in stated.Members)
            {
                if (!int.TryParse(name, out var id) || id < 0)
                {
                    throw Refusal.Broken(stated.Where, $"expected an id of 0 or more, found {name}");
                }

                tokens[token["content"].Text] = TokenizerJson.AddedTokenOf(token, id);
            }
        }

        return [.. tokens.Values];
    }

    Json Model => Json.ReadIfThere(Path.Combine(_folder, "config.json"));

    bool IsSpecial(string content) =>
        Roles.Any(role => Special(role) == content)
        || ((Json[])[_map["additional_special_tokens"], _config["additional_special_tokens"]]).Any(list =>
            !list.IsNull && list.Items.Any(token => Content(token) == content)
        );

    static string? Content(Json token) => token.IsObject ? token["content"].TextOrNull : token.TextOrNull;
}
