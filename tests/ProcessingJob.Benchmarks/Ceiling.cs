using Microsoft.ML.OnnxRuntime;
using ProcessingJob.Inference.Devices;
using ProcessingJob.Tokenization;

namespace ProcessingJob.Benchmarks;

/// <summary>
/// ONNX Runtime itself: tensors made beforehand, nothing done with the output. One session, one intra-op thread, one calling thread per
/// core. Fed ideally (encodings of equal length only, so no padding) or as usual (so many texts in file order, padded).
/// </summary>
sealed class Ceiling : IDisposable
{
    readonly InferenceSession _session;
    readonly List<(OrtValue[] Inputs, OrtValue[] Outputs)> _batches = [];
    readonly string[] _names;
    readonly long _padded;

    Ceiling(string model, IEnumerable<int[][]> groups)
    {
        OrtRuntime.Start();
        using var options = new SessionOptions { IntraOpNumThreads = 1, InterOpNumThreads = 1 };
        _session = new InferenceSession(Path.Combine(model, "onnx", "model.onnx"), options);
        _names = [.. _session.InputNames];
        var hidden = _session.OutputMetadata["last_hidden_state"].Dimensions[2];
        foreach (var rows in groups)
        {
            var length = rows.Max(r => r.Length);
            var output = OrtValue.CreateTensorValueFromMemory(new float[rows.Length * length * hidden], [rows.Length, length, hidden]);
            _batches.Add((Array.ConvertAll(_names, n => Tensor(n, rows)), [output]));
            Tokens += rows.Sum(r => r.Length);
            _padded += rows.Length * length;
        }
    }

    public long Tokens { get; }

    /// <summary>Batches of equal lengths, at most so many tokens each.</summary>
    public static Ceiling Ideal(string model, EncodingBuffer[] windows, int budget) =>
        new(
            model,
            Rows(windows).GroupBy(ids => ids.Length).OrderByDescending(g => g.Key).SelectMany(g => g.Chunk(Math.Max(1, budget / g.Key)))
        );

    /// <summary>Batches of so many texts in file order.</summary>
    public static Ceiling FileOrder(string model, EncodingBuffer[] windows, int rows) => new(model, Rows(windows).Chunk(rows));

    public async Task<Measured> MeasureAsync() => await Machine.MeasureAsync(Tokens, Run) with { Fill = (double)Tokens / _padded };

    Task Run()
    {
        var next = -1;
        var threads = Enumerable
            .Range(0, Environment.ProcessorCount)
            .Select(_ => new Thread(() =>
            {
                using var run = new RunOptions();
                for (int b; (b = Interlocked.Increment(ref next)) < _batches.Count; )
                {
                    _session.Run(run, _names, _batches[b].Inputs, _session.OutputNames, _batches[b].Outputs);
                }
            }))
            .ToArray();
        foreach (var thread in threads)
        {
            thread.Start();
        }

        foreach (var thread in threads)
        {
            thread.Join();
        }

        return Task.CompletedTask;
    }

    public void Dispose()
    {
        foreach (var value in _batches.SelectMany(b => b.Inputs.Concat(b.Outputs)))
        {
            value.Dispose();
        }

        _session.Dispose();
    }

    static IEnumerable<int[]> Rows(EncodingBuffer[] windows) =>
        windows.SelectMany(w => Enumerable.Range(0, w.Count).Select(i => w.Ids(i).ToArray()));

    static OrtValue Tensor(string name, int[][] rows)
    {
        var length = rows.Max(r => r.Length);
        var values = new long[rows.Length * length];
        for (var r = 0; r < rows.Length; r++)
        {
            for (var k = 0; k < rows[r].Length; k++)
            {
                values[r * length + k] = name switch
                {
                    "input_ids" => rows[r][k],
                    "attention_mask" => 1,
                    _ => 0,
                };
            }
        }

        return OrtValue.CreateTensorValueFromMemory(values, [rows.Length, length]);
    }
}
