using ProcessingJob.Contract;
using ProcessingJob.Inference.Devices;

namespace ProcessingJob.Inference.Engine;

/// <summary>A table of tokens' weights: every distinct token of a text has its own. No session, no device memory.</summary>
/// <param name="weights">By token id.</param>
/// <param name="threads">Threads that will call it.</param>
sealed class SparseTableDevice(float[] weights, int threads) : IDevice
{
    public string Name => "cpu";

    public int Threads => threads;

    public IRunner CreateRunner() => new Runner(weights);

    public void Recreate() { }

    public void Dispose() { }

    sealed class Runner(float[] weights) : IRunner
    {
        public void Run(in Batch batch, Span<float> output)
        {
            output.Clear();
            for (var r = 0; r < batch.Rows; r++)
            {
                var row = output.Slice(r * weights.Length, weights.Length);
                foreach (var id in batch.Block.Ids(batch.Encodings[r]))
                {
                    row[id] =
                        (uint)id < (uint)weights.Length
                            ? weights[id]
                            : throw new PJobException(
                                $"SparseStaticEmbedding has weights of {weights.Length} tokens, found the id {id}: it is of another "
                                    + "tokenizer",
                                ExitCode.Model
                            );
                }
            }
        }

        public void Dispose() { }
    }
}
