using ProcessingJob.Contract;
using ProcessingJob.Contract.Output;
using ProcessingJob.Contract.Spec;

namespace ProcessingJob.Models.Modules;

/// <summary>Walks through a folder's modules and follows which of them reads what another has written.</summary>
sealed class EmbedRouteBuilder(SentenceFolder folder)
{
    readonly List<JobWarning> _warnings = [.. folder.Warnings];
    readonly List<SentenceModule> _tokenStages = [];
    readonly List<SentenceModule> _sentenceStages = [];
    SentenceModule? _encoder;
    IReadOnlyList<(int, float)> _hiddenStates = [];
    PoolingModule? _pooling;
    int _encoderWidth;

    /// <summary>Floats of a token; null before there are token embeddings.</summary>
    int? _tokenWidth;

    /// <summary>Floats of the vector; null before there is one.</summary>
    int? _width;

    public EmbedRoute Build(TextRole role)
    {
        foreach (var module in folder.Modules.SelectMany(m => m is RouterModule router ? router.Route(role) : [m]))
        {
            if (_encoder is null)
            {
                Encode(module);
            }
            else
            {
                Follow(module);
            }
        }

        if (_width is null)
        {
            throw Refuse("end without a sentence embedding, expected a Pooling module at least");
        }

        return new EmbedRoute
        {
            Encoder = _encoder!,
            HiddenStates = _hiddenStates,
            EncoderWidth = _encoderWidth,
            TokenStages = _tokenStages,
            Pooling = _pooling?.Modes ?? [],
            IncludePrompt = _pooling?.IncludePrompt ?? true,
            SentenceStages = _sentenceStages,
            TruncateDimensions = folder.TruncateDimensions is { } kept && kept < _width ? kept : null,
            Warnings = _warnings,
        };
    }

    void Encode(SentenceModule module)
    {
        _encoder = module;
        switch (module)
        {
            case TransformerModule { Feature: Features.Tokens or Features.Sentence, Task: TransformerModule.FeatureExtraction } transformer:
                var plain = PlainFolder.Read(transformer.Folder);
                _encoderWidth = plain.Width;
                if (transformer.Output == TransformerOutput.PoolerOutput)
                {
                    _width = _encoderWidth;
                }
                else
                {
                    _tokenWidth = _encoderWidth;
                }

                if (transformer.Output == TransformerOutput.HiddenState)
                {
                    _hiddenStates = [(Layer(transformer.Layer, plain), 1)];
                }

                break;
            case StaticEmbeddingModule table:
                _width = _encoderWidth = table.Table.Width;
                break;
            case Model2VecModule table:
                _width = _encoderWidth = table.Table.Width;
                break;
            default:
                throw Refuse(
                    $"begin with {module.Name} ({module.Summary}), expected Transformer with token embeddings, or StaticEmbedding"
                );
        }
    }

    void Follow(SentenceModule module)
    {
        switch (module)
        {
            case DropoutModule:
                break;
            case PoolingModule pooling:
                if (_pooling is not null)
                {
                    throw Refuse("have two Pooling modules, expected one");
                }

                _pooling = pooling;
                _width = Tokens(module) * pooling.Modes.Count;
                break;
            case WeightedLayerPoolingModule layers:
                Layers(layers);
                break;
            case WordWeightsModule weights:
                Tokens(module);
                if (_tokenStages.OfType<WordWeightsModule>().Any())
                {
                    throw Refuse("have two WordWeights modules, expected one");
                }

                AddTokenStage(weights);
                break;
            case DenseModule dense:
                Dense(dense);
                break;
            case NormalizeModule { Input: Features.Tokens, Output: Features.Tokens } when _tokenWidth is not null:
                AddTokenStage(module);
                break;
            case NormalizeModule { Input: Features.Sentence, Output: Features.Sentence } when _width is not null:
                _sentenceStages.Add(module);
                break;
            case NormalizeModule normalize when IsUnused(normalize.Output):
                break;
            case NormalizeModule { Input: var input, Output: var output } when input == output:
                // Nothing happens where the feature is not there.
                break;
            case SparseAutoEncoderModule coder when folder.Kind == FolderKind.SparseEncoder:
                RequireWidth(module, Sentence(module), coder.Inputs);
                _sentenceStages.Add(coder);
                _width = coder.Hidden;
                break;
            case LayerNormModule norm:
                RequireWidth(module, Sentence(module), norm.Dimension);
                _sentenceStages.Add(norm);
                break;
            default:
                throw Refuse($"hold {module.Name} ({module.Summary}), which has no place in a model for embeddings here");
        }
    }

    void Dense(DenseModule dense)
    {
        var found = dense.Input switch
        {
            Features.Tokens => Tokens(dense),
            Features.Sentence => Sentence(dense),
            _ => throw Refuse($"hold a Dense that reads {dense.Input}, expected {Features.Tokens} or {Features.Sentence}"),
        };
        RequireWidth(dense, found, dense.Inputs);
        if (dense.Residual && dense.ResidualWeight is null && dense.Inputs != dense.Outputs)
        {
            throw Refuse("hold a Dense whose residual has no weights");
        }

        if (IsUnused(dense.Output))
        {
            return;
        }

        if (dense.Output != dense.Input && !MakesScores(dense))
        {
            throw Refuse($"hold a Dense that reads {dense.Input} and writes {dense.Output}, expected one name for both");
        }

        if (dense.Input == Features.Tokens)
        {
            AddTokenStage(dense);
            _tokenWidth = dense.Outputs;
        }
        else
        {
            _sentenceStages.Add(dense);
            _width = dense.Outputs;
        }
    }

    void Layers(WeightedLayerPoolingModule layers)
    {
        Tokens(layers);
        var transformer = (TransformerModule)_encoder!;
        var plain = PlainFolder.Read(transformer.Folder);
        if (!plain.OutputsHiddenStates)
        {
            _warnings.Add(
                new(
                    "layers_unused",
                    $"{plain.File}: WeightedLayerPooling does nothing without output_hidden_states: true, as in sentence-transformers"
                )
            );
            return;
        }

        if (_tokenStages.Count > 0 || _pooling is not null)
        {
            throw Refuse("hold WeightedLayerPooling after other modules, expected it right after Transformer");
        }

        var last = layers.FirstLayer + layers.Weights.Length - 1;
        if (last != plain.Layers)
        {
            throw Refuse($"hold WeightedLayerPooling of layers up to {last}, but the transformer has {plain.Layers}");
        }

        var sum = layers.Weights.Sum(w => (double)w);
        if (sum == 0)
        {
            throw Refuse("hold WeightedLayerPooling whose weights sum to 0");
        }

        _hiddenStates = [.. layers.Weights.Select((w, i) => (layers.FirstLayer + i, (float)(w / sum)))];
    }

    // What becomes of tokens after the pooling does not reach the vector.
    void AddTokenStage(SentenceModule stage)
    {
        if (_pooling is null)
        {
            _tokenStages.Add(stage);
        }
    }

    bool IsUnused(string output) =>
        output is not (Features.Tokens or Features.Sentence) && !(output == Features.Scores && folder.Kind == FolderKind.CrossEncoder);

    /// <summary>The scores of a cross-encoder are its vector.</summary>
    bool MakesScores(DenseModule dense) =>
        dense is { Input: Features.Sentence, Output: Features.Scores } && folder.Kind == FolderKind.CrossEncoder;

    int Tokens(SentenceModule module) => _tokenWidth ?? throw Refuse($"give {module.Name} no token embeddings to read");

    int Sentence(SentenceModule module) => _width ?? throw Refuse($"give {module.Name} no sentence embedding to read: Pooling comes first");

    void RequireWidth(SentenceModule module, int found, int expected)
    {
        if (found != expected)
        {
            throw Refuse($"hold {module.Name} ({module.Summary}), which takes {expected} values but gets {found}");
        }
    }

    int Layer(int index, PlainFolder plain)
    {
        var layers = plain.Layers ?? throw ModelError.Refuse(plain.File, "num_hidden_layers is missing");
        var layer = index < 0 ? layers + 1 + index : index;
        return layer >= 0 && layer <= layers ? layer : throw Refuse($"ask for hidden state {index}, but the transformer has 0 to {layers}");
    }

    PJobException Refuse(string what) => ModelError.Refuse(folder.Path, $"its modules {what}");
}
