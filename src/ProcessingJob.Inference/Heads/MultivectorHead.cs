using ProcessingJob.Contract;
using ProcessingJob.Contract.Output;
using ProcessingJob.Inference.Devices;
using ProcessingJob.Models.Folders;
using ProcessingJob.Models.Modules;

namespace ProcessingJob.Inference.Heads;

/// <summary>Token embeddings of shape [batch, tokens, hidden], with what the folder's modules do to each.</summary>
sealed class MultivectorHead(MultivectorRoute route, string output) : OutputHead
{
    public override ResolvedSettings Settings { get; } = new() { Dimensions = route.Width, Normalize = route.Normalizes };

    public override ModelOutput Output { get; } = new ModelOutput.TokenVectors(route.Width);

    public override IReadOnlyList<string> Names { get; } = [output];

    /// <exception cref="PJobException">Model: the graph has no token embeddings.</exception>
    public static MultivectorHead Create(ModelFolder model, ModelSource file) =>
        new((MultivectorRoute)model.Work!, GraphOutputs.Tokens(model, file).Name);

    public override long[] Shape(int rows, int length) => [rows, length, route.EncoderWidth];

    public override IOutputReader CreateReader() => new Reader(route);

    sealed class Reader(MultivectorRoute route) : IOutputReader
    {
        readonly TokenStages _stages = new(route.TokenStages, route.EncoderWidth);

        public void Read(in Batch batch, int output, ReadOnlySpan<float> values, Span<float> results)
        {
            var (from, to) = (batch.Length * route.EncoderWidth, batch.Length * route.Width);
            for (var r = 0; r < batch.Rows; r++)
            {
                var ids = batch.Block.Ids(batch.Encodings[r]);
                _stages.Apply(values.Slice(r * from, ids.Length * route.EncoderWidth), ids, out _).CopyTo(results[(r * to)..]);
            }
        }
    }
}
