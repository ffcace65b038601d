using ProcessingJob.Inference.Devices;

namespace ProcessingJob.Benchmarks.Host;

/// <summary>Answers at once with made-up numbers of the right shape, so that all that is left is what feeds it and takes from it.</summary>
/// <param name="width">Floats of a row.</param>
/// <param name="around">Counts what its threads spend between two answers.</param>
/// <param name="onRun">Called before every answer.</param>
sealed class NullDevice(int width, CpuMeter around, Action? onRun = null) : IDevice
{
    // Rows that no compressor takes for copies of one another.
    readonly float[] _rows = MadeUp(1024 * width);

    // Two per GPU, as for cuda.
    public int Threads => 2;

    public string Name => "null";

    public IRunner CreateRunner() => new Runner(_rows, around, onRun);

    public void Recreate() { }

    public void Dispose() { }

    sealed class Runner(float[] rows, CpuMeter around, Action? onRun) : IRunner
    {
        long _left = ThreadTime.Nanoseconds;
        int _next;

        public void Run(in Batch batch, Span<float> output)
        {
            around.Add(ThreadTime.Nanoseconds - _left);
            onRun?.Invoke();
            while (!output.IsEmpty)
            {
                var count = Math.Min(output.Length, rows.Length - _next);
                rows.AsSpan(_next, count).CopyTo(output);
                _next = (_next + count) % rows.Length;
                output = output[count..];
            }

            _left = ThreadTime.Nanoseconds;
        }

        public void Dispose() { }
    }

    static float[] MadeUp(int count)
    {
        var random = new Random(11);
        var numbers = new float[count];
        for (var i = 0; i < count; i++)
        {
            numbers[i] = random.NextSingle() - 0.5f;
        }

        return numbers;
    }
}
