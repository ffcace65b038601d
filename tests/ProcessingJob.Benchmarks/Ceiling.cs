using Microsoft.ML.OnnxRuntime;
using ProcessingJob.Inference;
using ProcessingJob.Tokenization;

namespace ProcessingJob.Benchmarks;

/// <summary>
/// What ONNX Runtime can do when it is fed ideally: encodings of equal length only, so no padding; tensors made beforehand; nothing
/// done with the output. One session, one intra-op thread, one calling thread per core.
/// </summary>
sealed class Ceiling : IDisposable
{
    readonly InferenceSession session;
    readonly List<(OrtValue[] Inputs, long Tokens)> batches = [];
    readonly string[] names;

    /// <param name="model">Folder with onnx/model.onnx.</param>
    /// <param name="windows">Encodings.</param>
    /// <param name="budget">Tokens per batch.</param>
    public Ceiling(string model, EncodingBuffer[] windows, int budget)
    {
        OrtRuntime.Start();
        using var options = new SessionOptions { IntraOpNumThreads = 1, InterOpNumThreads = 1 };
        session = new InferenceSession(Path.Combine(model, "onnx", "model.onnx"), options);
        names = [.. session.InputNames];
        var byLength = windows.SelectMany(w => Enumerable.Range(0, w.Count).Select(i => w.Ids(i).ToArray()))
            .GroupBy(ids => ids.Length).OrderByDescending(g => g.Key);
        foreach (var group in byLength)
            foreach (var rows in group.Chunk(Math.Max(1, budget / group.Key)))
                batches.Add((Array.ConvertAll(names, n => Tensor(n, rows)), rows.Length * group.Key));
        Tokens = batches.Sum(b => b.Tokens);
    }

    public long Tokens { get; }

    public Task<Measured> MeasureAsync() => Machine.MeasureAsync(Tokens, () =>
    {
        var next = -1;
        var threads = Enumerable.Range(0, Environment.ProcessorCount).Select(_ => new Thread(() =>
        {
            using var run = new RunOptions();
            for (int b; (b = Interlocked.Increment(ref next)) < batches.Count;)
                session.Run(run, names, batches[b].Inputs, session.OutputNames).Dispose();
        })).ToArray();
        foreach (var thread in threads) thread.Start();
        foreach (var thread in threads) thread.Join();
        return Task.CompletedTask;
    });

    public void Dispose()
    {
        foreach (var value in batches.SelectMany(b => b.Inputs)) value.Dispose();
        session.Dispose();
    }

    static OrtValue Tensor(string name, int[][] rows)
    {
        var length = rows[0].Length;
        var values = new long[rows.Length * length];
        for (var r = 0; r < rows.Length; r++)
            for (var k = 0; k < length; k++)
                values[r * length + k] = name switch { "input_ids" => rows[r][k], "attention_mask" => 1, _ => 0 };
        return OrtValue.CreateTensorValueFromMemory(values, [rows.Length, length]);
    }
}
