using Microsoft.ML.OnnxRuntime;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Output;
using ProcessingJob.Inference.Devices;
using ProcessingJob.Models.Families;
using ProcessingJob.Models.Folders;
using ProcessingJob.Models.Onnx;

namespace ProcessingJob.Inference.Heads;

/// <summary>Token embeddings of shape [batch, tokens, hidden], pooled here.</summary>
sealed class EmbedHead(EmbedPlan plan, string output) : OutputHead
{
    static readonly string[] TokenOutputs = ["last_hidden_state", "token_embeddings", "hidden_states"];

    public override ResolvedSettings Settings => plan.Settings;

    public override ModelOutput Output { get; } = new ModelOutput.RowVectors(plan.Width);

    public override IReadOnlyList<string> Names { get; } = [output];

    /// <summary>For what the folder's route reads of the graph: tokens, or vectors that are pooled already.</summary>
    /// <exception cref="PJobException">Model: the graph has neither. BadSpec: options that do not fit the model.</exception>
    public static OutputHead Create(ModelFolder model, ModelSource file, EmbedOptions options)
    {
        var route = model.Route!;
        var plan = EmbedPlan.Create(route, options);
        var outputs = file.Outputs;
        if (TaskHeads.Asked(model, file) is { } asked)
        {
            return OutputProbe.Shape(model, file, asked).Length switch
            {
                2 => SentenceHead.Of(model, file, asked, plan, options),
                3 when !route.IsPooled => Tokens(model, file, asked, plan),
                _ => throw TaskHeads.Refuse(
                    file,
                    $"compute.outputs: {asked.Name} is no embedding of the texts or, to be pooled, of their tokens"
                ),
            };
        }

        if (route.IsPooled || (options.Pooling is null && !model.Sentence!.HasModules && SentenceHead.IsIn(file)))
        {
            return SentenceHead.Create(model, file, plan, options);
        }

        if (route.HiddenStates.Count > 0)
        {
            return outputs.Any(o => o.Name == EncoderGraph.WeightedHiddenStates)
                ? new EmbedHead(plan, EncoderGraph.WeightedHiddenStates)
                : throw TaskHeads.Refuse(file, "the modules ask for inner hidden states; fix: run the folder's safetensors");
        }

        return TokensIn(file) is { } tokens ? Tokens(model, file, tokens, plan) : SentenceHead.Create(model, file, plan, options);
    }

    /// <summary>The graph's token embeddings: by name, or the one output of their shape that is no logits.</summary>
    public static GraphValue? TokensIn(ModelSource file) =>
        file.Outputs.FirstOrDefault(o => TokenOutputs.Contains(o.Name))
        ?? file.Outputs.FirstOrDefault(o => o.Dimensions.Length == 3 && o.Name != TaskHeads.Logits);

    static EmbedHead Tokens(ModelFolder model, ModelSource file, GraphValue tokens, EmbedPlan plan)
    {
        if (tokens.Dimensions is [_, _, > 0 and var size] && size != model.HiddenSize)
        {
            throw new PJobException($"{file.Path}: {tokens.Name} is {size} wide, but config.json says {model.HiddenSize}", ExitCode.Model);
        }

        return new EmbedHead(plan, tokens.Name);
    }

    public override long[] Shape(int rows, int length) => [rows, length, plan.EncoderWidth];

    public override IOutputReader CreateReader() => new Reader(plan);

    // What is done to every token before the pooling is done on the host.
    public override byte[]? DeviceGraph(bool half) =>
        plan.TokenStages.Count > 0 ? null : PoolingGraph.Build(plan.Pooling, plan.EncoderWidth, half);

    public override IDeviceReader CreateDeviceReader(InferenceSession session, int capacity) => new DevicePooling(plan, session, capacity);

    sealed class Reader(EmbedPlan plan) : IOutputReader
    {
        readonly TokenStages _stages = new(plan.TokenStages, plan.EncoderWidth);
        readonly EmbedFinish _finish = new(plan);
        readonly float[] _pooled = new float[plan.PooledSize];

        public void Read(in Batch batch, int output, ReadOnlySpan<float> values, Span<float> results)
        {
            var perRow = batch.Length * plan.EncoderWidth;
            for (var r = 0; r < batch.Rows; r++)
            {
                var ids = batch.Block.Ids(batch.Encodings[r]);
                var tokens = _stages.Apply(values.Slice(r * perRow, ids.Length * plan.EncoderWidth), ids, out var weights);
                TokenPooling.Pool(tokens, ids.Length, plan.Pooling, plan.PromptTokens, weights, _pooled);
                _finish.Apply(_pooled, results.Slice(r * plan.Width, plan.Width));
            }
        }
    }
}
