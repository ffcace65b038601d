using Microsoft.ML.OnnxRuntime;
using ProcessingJob.Contract;
using ProcessingJob.Inference.Devices;
using ProcessingJob.Models.Folders;

namespace ProcessingJob.Inference.Heads;

/// <summary>Token embeddings of shape [batch, tokens, hidden], pooled here.</summary>
sealed class EmbedHead(EmbedPlan plan, string output) : OutputHead
{
    static readonly string[] TokenOutputs = ["last_hidden_state", "token_embeddings", "hidden_states"];

    public override ModelOutput Output { get; } = new ModelOutput.RowVectors(plan.Width);

    public override IReadOnlyList<string> Names { get; } = [output];

    /// <summary>For token embeddings, or for a graph that has pooled already.</summary>
    /// <exception cref="PJobException">Model: the graph has neither. BadSpec: options that do not fit the model.</exception>
    public static OutputHead Create(ModelFolder model, OnnxCandidate file, EmbedOptions options)
    {
        var plan = EmbedPlan.Create(model, options);
        var outputs = file.Summary.Outputs;
        var tokens = outputs.FirstOrDefault(o => TokenOutputs.Contains(o.Name)) ?? outputs.FirstOrDefault(o => o.Dimensions.Length == 3);
        if (tokens is null)
        {
            return SentenceHead.Create(model, file, plan, options);
        }

        if (tokens.Dimensions is [_, _, > 0 and var size] && size != model.HiddenSize)
        {
            throw new PJobException($"{file.Path}: {tokens.Name} is {size} wide, but config.json says {model.HiddenSize}", ExitCode.Model);
        }

        return new EmbedHead(plan, tokens.Name);
    }

    public override long[] Shape(int rows, int length) => [rows, length, plan.HiddenSize];

    public override IOutputReader CreateReader() => new Reader(plan);

    public override byte[] DeviceGraph(bool half) => PoolingGraph.Build(plan.Pooling, plan.HiddenSize, half);

    public override IDeviceReader CreateDeviceReader(InferenceSession session, int capacity) => new DevicePooling(plan, session, capacity);

    sealed class Reader(EmbedPlan plan) : IOutputReader
    {
        readonly EmbedFinish _finish = new(plan);
        readonly float[] _pooled = new float[plan.PooledSize];

        public void Read(in Batch batch, int output, ReadOnlySpan<float> values, Span<float> results)
        {
            var perRow = batch.Length * plan.HiddenSize;
            for (var r = 0; r < batch.Rows; r++)
            {
                TokenPooling.Pool(values.Slice(r * perRow, perRow), batch.Block.Length(batch.Encodings[r]), plan, _pooled);
                _finish.Apply(_pooled, results.Slice(r * plan.Width, plan.Width));
            }
        }
    }
}
