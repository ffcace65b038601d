using ProcessingJob.Inference.Devices;
using ProcessingJob.Inference.Heads;
using ProcessingJob.Models.Modules;

namespace ProcessingJob.Inference.Engine;

/// <summary>A static embedding: every text is the mean of its tokens' rows of a table. No session, no device memory.</summary>
/// <param name="table">Rows by token id.</param>
/// <param name="plan">What follows.</param>
/// <param name="dropped">Token left out of the mean; null for none.</param>
/// <param name="maxTokens">Tokens that count, after those left out; null for all.</param>
/// <param name="roundSum">See <see cref="StaticTable.Mean"/>.</param>
/// <param name="threads">Threads that will call it.</param>
sealed class StaticDevice(StaticTable table, EmbedPlan plan, int? dropped, int? maxTokens, bool roundSum, int threads) : IDevice
{
    public string Name => "cpu";

    public int Threads => threads;

    public IRunner CreateRunner() => new Runner(table, plan, dropped, maxTokens ?? int.MaxValue, roundSum);

    public void Recreate() { }

    public void Dispose() { }

    sealed class Runner(StaticTable table, EmbedPlan plan, int? dropped, int maxTokens, bool roundSum) : IRunner
    {
        readonly EmbedFinish _finish = new(plan);
        readonly float[] _mean = new float[table.Width];
        int[] _ids = [];

        public void Run(in Batch batch, Span<float> output)
        {
            for (var r = 0; r < batch.Rows; r++)
            {
                table.Mean(Kept(batch.Block.Ids(batch.Encodings[r])), roundSum, _mean);
                _finish.Apply(_mean, output.Slice(r * plan.Width, plan.Width));
            }
        }

        public void Dispose() { }

        ReadOnlySpan<int> Kept(ReadOnlySpan<int> ids)
        {
            if (dropped is { } unwanted && ids.Contains(unwanted))
            {
                if (_ids.Length < ids.Length)
                {
                    _ids = new int[ids.Length];
                }

                var count = 0;
                foreach (var id in ids)
                {
                    if (id != unwanted)
                    {
                        _ids[count++] = id;
                    }
                }

                ids = _ids.AsSpan(0, count);
            }

            return ids[..Math.Min(ids.Length, maxTokens)];
        }
    }
}
