using Microsoft.ML.OnnxRuntime;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Output;
using ProcessingJob.Inference.Devices;
using ProcessingJob.Models.Folders;

namespace ProcessingJob.Inference.Heads;

/// <summary>Token embeddings of shape [batch, tokens, hidden], pooled here.</summary>
sealed class EmbedHead(EmbedPlan plan, string output) : OutputHead
{
    public override ResolvedSettings Settings => plan.Settings;

    public override ModelOutput Output { get; } = new ModelOutput.RowVectors(plan.Width);

    public override IReadOnlyList<string> Names { get; } = [output];

    /// <summary>For what the folder's route reads of the graph: tokens, or vectors that are pooled already.</summary>
    /// <exception cref="PJobException">Model: the graph has neither. BadSpec: options that do not fit the model.</exception>
    public static OutputHead Create(ModelFolder model, ModelSource file, EmbedOptions options)
    {
        var plan = EmbedPlan.Create(model.Route!, options);
        var output = GraphOutputs.ForEmbed(
            model,
            file,
            options.Pooling is not null,
            plan.PromptTokens > 0,
            found => OutputProbe.Shape(model, file, found)
        );
        return output.Kind switch
        {
            EmbedOutputKind.Tokens => new EmbedHead(plan, output.Name),
            EmbedOutputKind.Pooled => new SentenceHead(plan, output.Name, plan.EncoderWidth),
            EmbedOutputKind.Sentence => new SentenceHead(
                plan.InsideTheGraph(output.Width!.Value, options),
                output.Name,
                output.Width.Value
            ),
        };
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
