namespace ProcessingJob.Tokenization.Loading;

/// <summary>
/// What sentence-transformers' own files say of texts on their way to the tokenizer: sentence_bert_config.json under any of its names, and,
/// for ColBERT models of PyLate and of Stanford, the files that hold their lengths.
/// </summary>
sealed class SentenceConfig
{
    // base/modules/transformer.py of sentence-transformers, in its order.
    static readonly string[] Names =
    [
        .. "bert roberta distilbert camembert albert xlm-roberta xlnet".Split(' ').Select(family => $"sentence_{family}_config.json"),
    ];

    // How a tokenizer is found and loaded, and the side of the padding, which has no part in a text.
    static readonly string[] LoadingArguments =
    [
        .. "use_fast trust_remote_code cache_dir revision local_files_only token use_auth_token padding_side".Split(' '),
    ];

    public const string QueryTask = "query";
    public const string DocumentTask = "document";

    const string ExpansionKey = "query_expansion";
    const int DefaultQueryLength = 32;

    readonly Json _config;
    readonly Json _texts;
    readonly ColbertFiles? _colbert;

    public SentenceConfig(TokenizerFolder folder)
    {
        _config = Names
            .Where(_ => folder.IsListed)
            .Select(name => Json.ReadIfThere(Path.Combine(folder.Path, name)))
            .FirstOrDefault(config => config.IsObject && config.Members.Any());
        _texts = _config["processing_kwargs"]["text"];
        _colbert = ColbertFiles.Find(folder);
        Check(_config["processing_kwargs"]);
    }

    public bool LowerCase => _config["do_lower_case"].Flag(false);

    /// <summary>Tokens of the vocabulary that stand for a role and must not be cut ([unused0]).</summary>
    public IReadOnlyList<string> Markers => _colbert?.Markers ?? [];

    /// <summary>The limit that these files state for texts of a task; null where they leave it to the tokenizer.</summary>
    public int? MaxLength(string? task, int? tokenizerLimit)
    {
        var whole = TokenizerLimit ?? Number(_config["max_seq_length"]);
        var ofTask = task switch
        {
            QueryTask => Number(_config["query_length"]) ?? _colbert?.QueryLength,
            DocumentTask => Number(_config["document_length"]) ?? _colbert?.DocumentLength,
            _ => null,
        };
        var limit = Number(_texts["max_length"]) ?? ofTask ?? whole ?? tokenizerLimit;
        if (task == QueryTask && Expansion is { } expansion)
        {
            limit = expansion.Fixed ? expansion.Length : Math.Max(ofTask ?? whole ?? tokenizerLimit ?? int.MaxValue, expansion.Length);
        }

        return limit;
    }

    /// <summary>How queries are filled up; Token null: the mask token.</summary>
    public (int Length, bool Fixed, string? Token, bool Attend)? Expansion
    {
        get
        {
            var stated = _config[ExpansionKey];
            if (stated.IsNull)
            {
                return _colbert is { Expands: true } ? (_colbert.QueryLength ?? DefaultQueryLength, true, null, _colbert.Attends) : null;
            }

            var strategy = stated["strategy"].Text;
            return (
                stated["length"].Number,
                strategy switch
                {
                    "fixed" => true,
                    "min" => false,
                    _ => throw Refusal.Unsupported(stated.Where, $"strategy {strategy}"),
                },
                stated["token"].TextOrNull,
                stated["attend"].Flag(false)
            );
        }
    }

    /// <summary>model_max_length among the arguments that the tokenizer is opened with.</summary>
    int? TokenizerLimit
    {
        get
        {
            int? limit = null;
            foreach (var name in (string[])["tokenizer_args", "tokenizer_kwargs", "processor_args", "processor_kwargs"])
            {
                if (_config[name].IsNull)
                {
                    continue;
                }

                foreach (var (key, value) in _config[name].Members)
                {
                    limit = key switch
                    {
                        "model_max_length" => Number(value),
                        _ when LoadingArguments.Contains(key) => limit,
                        _ => throw Refusal.Unsupported(value.Where, $"the tokenizer's argument {key}"),
                    };
                }
            }

            return limit;
        }
    }

    static void Check(Json arguments)
    {
        if (arguments.IsNull)
        {
            return;
        }

        foreach (var (group, members) in arguments.Members)
        {
            if (group is not ("text" or "common"))
            {
                continue;
            }

            foreach (var (key, value) in members.Members)
            {
                // Padding and the kind of tensors change nothing in a text alone; logits_to_keep is the model's.
                var known = key is "padding" or "padding_side" or "pad_to_multiple_of" or "return_tensors" or "logits_to_keep";
                if (!known && !(key == "max_length" && group == "text") && !(key == "truncation" && value.Flag(true)))
                {
                    throw Refusal.Unsupported(value.Where, $"the argument {key}");
                }
            }
        }
    }

    static int? Number(Json value) => value.IsNull ? null : value.Number;
}
