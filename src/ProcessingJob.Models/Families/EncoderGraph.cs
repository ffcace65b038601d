using ProcessingJob.Contract;
using ProcessingJob.Models.Configs;
using ProcessingJob.Models.Graphs;
using ProcessingJob.Models.Heads;
using ProcessingJob.Models.Weights;

namespace ProcessingJob.Models.Families;

/// <summary>
/// Builds the ONNX graph of an encoder from what Hugging Face tools save, config.json and safetensors, without Python and without a
/// copy of the weights. It gives transformers' own numbers (within float32 rounding), or refuses by name.
/// </summary>
public static class EncoderGraph
{
    /// <summary>Output [b, s, hidden] of graphs that are asked for <see cref="GraphOptions.HiddenStates"/>.</summary>
    public const string WeightedHiddenStates = "weighted_hidden_states";

    /// <summary>Output [b, vocabulary] of <see cref="GraphHead.VocabularyWeights"/>.</summary>
    public const string SparseEmbedding = "sparse_embedding";

    /// <summary>Model types that graphs are built for, such as <c>bert</c>.</summary>
    public static IEnumerable<string> ModelTypes => FamilyTable.ModelTypes.Order(StringComparer.Ordinal);

    /// <param name="folder">Holds config.json and model.safetensors (or its shards).</param>
    /// <exception cref="PJobException">
    /// Model: a file is missing or broken; the family or a setting of it is not implemented; a tensor is missing, has another shape or type
    /// than the config asks for, or holds NaN.
    /// </exception>
    public static BuiltGraph Build(string folder, GraphOptions options)
    {
        var config = ConfigReader.Read(folder);
        var checkpoint = Checkpoint.Open(folder);
        try
        {
            return Build(config, checkpoint, options);
        }
        catch
        {
            checkpoint.Dispose();
            throw;
        }
    }

    static BuiltGraph Build(ConfigReader config, Checkpoint checkpoint, GraphOptions options)
    {
        var family =
            FamilyTable.Find(config.ModelType)
            ?? throw config.Refuse(
                $"model_type is {config.ModelType}, expected one of {string.Join(", ", ModelTypes)}; fix: export the model to ONNX"
                    + (config.Has("auto_map") ? " (its own code, which auto_map names, is never run here)" : "")
            );
        config.Require("quantization_config", "{}", "quantized weights are not implemented; fix: take the model's unquantized weights");
        var kind = HeadChoice.Of(config, options.Head);
        var graph = new GraphBuilder(checkpoint, config.Path, options);
        try
        {
            var hidden = family.Encode(graph, config);
            AddOutputs(graph, config, family, kind, options, hidden);
            var unknown = config.UnknownKeys;
            if (unknown.Count > 0 && !options.AllowUnknownKeys)
            {
                throw config.Refuse(
                    $"does not know what {string.Join(", ", unknown)} change{(unknown.Count == 1 ? "s" : "")} in a {config.ModelType} "
                        + "model; fix: take out of config.json what transformers' own class does not read, or export the model to ONNX"
                );
            }

            string[] unused = [.. checkpoint.Unused.Where(name => !UnneededTensors.Contains(name, graph.Prefix))];
            if (Array.Find(unused, UnneededTensors.IsAdapter) is { } adapter)
            {
                throw config.Refuse(
                    $"the checkpoint holds the adapter {adapter}, whose weights have to be merged into the model's; fix: merge and save it"
                );
            }

            return new BuiltGraph(graph.Model, checkpoint, graph.Buffers)
            {
                Family = config.ModelType,
                Head = kind,
                HiddenSize = hidden.Width,
                VocabularySize = graph.VocabularySize,
                MaxPositions = graph.MaxPositions,
                UnusedTensors = unused,
                UnknownKeys = unknown,
            };
        }
        catch
        {
            foreach (var buffer in graph.Buffers)
            {
                buffer.Dispose();
            }

            throw;
        }
    }

    static void AddOutputs(GraphBuilder graph, ConfigReader config, Family family, GraphHead kind, GraphOptions options, Value hidden)
    {
        // Heads run in float32; the decoder of a masked language model, as large as the embeddings, in the graph's precision.
        var wide = graph.Cast(hidden, ElementType.Float32);
        switch (kind)
        {
            case GraphHead.SequenceClassification:
                graph.Output("logits", HeadOf(family.Sequence)(graph, config, wide));
                break;
            case GraphHead.TokenClassification:
                graph.Output("logits", HeadOf(family.Tokens)(graph, config, wide));
                break;
            case GraphHead.MaskedLanguageModel:
                graph.Output("logits", DecoderOf(family.Masked)(graph, config, hidden).Logits(graph));
                break;
            case GraphHead.VocabularyWeights:
                graph.Output(SparseEmbedding, DecoderOf(family.Masked)(graph, config, hidden).Weights(graph, options.Pooling!));
                break;
            case GraphHead.LogitScore:
                var (entry, other) = options.ScoreTokens;
                graph.Output("logits", DecoderOf(family.Causal)(graph, config, wide).Score(graph, entry, other));
                break;
            case GraphHead.QuestionAnswering:
                var (start, end) = graph.Halves(HeadOf(family.Answers)(graph, config, wide));
                graph.Output("start_logits", graph.Squeeze(start));
                graph.Output("end_logits", graph.Squeeze(end));
                break;
            default:
                if (options.HiddenStates.Count > 0)
                {
                    graph.Output(WeightedHiddenStates, graph.SumOfHiddenStates(options.HiddenStates, hidden));
                    break;
                }

                graph.Output("last_hidden_state", wide);
                if (options.Pooler)
                {
                    graph.Output("pooler_output", HeadOf(family.Pooler)(graph, config, wide));
                }

                if (options.Pooler && family.Projection is { } project && graph.Has("text_projection.weight"))
                {
                    graph.Output("text_embeds", project(graph, config, wide));
                }

                break;
        }

        Head HeadOf(Head? head) => head ?? throw Missing();

        DecoderHead DecoderOf(DecoderHead? head) => head ?? throw Missing();

        PJobException Missing() =>
            config.Refuse($"{(kind == GraphHead.None ? "a pooler" : kind)} is not implemented for {config.ModelType}");
    }
}
