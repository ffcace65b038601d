using ProcessingJob.Inference.Devices;
using ProcessingJob.Tokenization;

namespace ProcessingJob.Inference.Tests;

/// <summary>
/// A device whose row result is (sum of ids, length, first id): what went wrong with a batch, a place or a row shows. Faults are injected
/// by <see cref="BeforeRun"/>, which may throw, and <see cref="Spoil"/>, which may make a row not finite.
/// </summary>
sealed class FakeDevice(string name = "fake", int threads = 1) : IDevice
{
    public const int Width = 3;

    int _recreated;
    int _batches;

    public string Name => name;

    public int Threads => threads;

    public long? MemoryBytes => 16L << 30;

    public Action<FakeDevice, FakeBatch> BeforeRun { get; init; } = (_, _) => { };

    /// <summary>Whether a row of a batch comes out as NaN: (encoding's ids, rows in the batch).</summary>
    public Func<int[], int, bool> Spoil { get; init; } = (_, _) => false;

    public Action OnRecreate { get; init; } = () => { };

    public int Recreated => _recreated;

    public int Batches => _batches;

    /// <summary>Padded tokens of the largest batch that went through.</summary>
    public int Largest { get; private set; }

    public IRunner CreateRunner() => new Runner(this);

    public void Recreate()
    {
        Interlocked.Increment(ref _recreated);
        OnRecreate();
    }

    public void Dispose() { }

    public static float[] Expected(EncodingBuffer block, int i) => Expected(block.Ids(i));

    static float[] Expected(ReadOnlySpan<int> ids)
    {
        var sum = 0f;
        foreach (var id in ids)
        {
            sum += id;
        }

        return [sum, ids.Length, ids[0]];
    }

    sealed class Runner(FakeDevice device) : IRunner
    {
        public void Run(in Batch batch, Span<float> output)
        {
            device.BeforeRun(device, new FakeBatch(batch.Rows, batch.Length));
            Interlocked.Increment(ref device._batches);
            lock (device)
            {
                device.Largest = Math.Max(device.Largest, batch.PaddedTokens);
            }

            for (var r = 0; r < batch.Rows; r++)
            {
                var ids = batch.Block.Ids(batch.Encodings[r]);
                if (ids.Length > batch.Length)
                {
                    throw new InvalidOperationException("an encoding does not fit its batch");
                }

                Expected(ids).CopyTo(output[(r * Width)..]);
                if (device.Spoil(ids.ToArray(), batch.Rows))
                {
                    output[r * Width + 1] = float.NaN;
                }
            }
        }

        public void Dispose() { }
    }
}

/// <summary>What a fault may depend on.</summary>
readonly record struct FakeBatch(int Rows, int Length)
{
    public int Tokens => Rows * Length;
}
