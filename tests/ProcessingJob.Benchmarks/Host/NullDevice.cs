using ProcessingJob.Inference.Devices;

namespace ProcessingJob.Benchmarks.Host;

/// <summary>Answers at once with made-up numbers of the right shape, so that all that is left is what feeds it and takes from it.</summary>
/// <param name="width">Floats of a row.</param>
/// <param name="around">Counts what its threads spend between two answers.</param>
sealed class NullDevice(int width, CpuMeter around) : IDevice
{
    // Two per GPU, as for cuda.
    public int Threads => 2;

    public string Name => "null";

    public IRunner CreateRunner() => new Runner(width, around);

    public void Recreate() { }

    public void Dispose() { }

    sealed class Runner(int width, CpuMeter around) : IRunner
    {
        // Rows that no compressor takes for copies of one another.
        const int DifferentRows = 4096;

        readonly float[] _rows = Random(DifferentRows * width);
        long _left = ThreadTime.Nanoseconds;
        int _next;

        public void Run(in Batch batch, Span<float> output)
        {
            around.Add(ThreadTime.Nanoseconds - _left);
            while (!output.IsEmpty)
            {
                var count = Math.Min(output.Length, _rows.Length - _next);
                _rows.AsSpan(_next, count).CopyTo(output);
                _next = (_next + count) % _rows.Length;
                output = output[count..];
            }

            _left = ThreadTime.Nanoseconds;
        }

        public void Dispose() { }

        static float[] Random(int count)
        {
            var random = new Random(11);
            return [.. Enumerable.Range(0, count).Select(_ => random.NextSingle() - 0.5f)];
        }
    }
}
