using Microsoft.ML.OnnxRuntime;
using ProcessingJob.Inference.Devices;
using ProcessingJob.Models.Folders;
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

    readonly SessionWeights? _weights;

    Ceiling(Func<SessionOptions, (InferenceSession, SessionWeights?)> open, IEnumerable<int[][]> groups)
    {
        OrtRuntime.Start();
        using var options = new SessionOptions { IntraOpNumThreads = 1, InterOpNumThreads = 1 };
        (_session, _weights) = open(options);
        _names = [.. _session.InputNames];
        var output = _session.OutputMetadata[_session.OutputNames[0]].Dimensions;
        foreach (var rows in groups)
        {
            var length = rows.Max(r => r.Length);
            long[] shape = output.Length == 3 ? [rows.Length, length, output[2]] : [rows.Length, output[1]];
            var values = new float[shape.Aggregate(1L, (n, d) => n * d)];
            _batches.Add((Array.ConvertAll(_names, n => Tensor(n, rows)), [OrtValue.CreateTensorValueFromMemory(values, shape)]));
            Tokens += rows.Sum(r => r.Length);
            _padded += rows.Length * length;
        }
    }

    public long Tokens { get; }

    /// <summary>Batches of equal lengths, at most so many tokens each.</summary>
    public static Ceiling Ideal(string model, EncodingBuffer[] windows, int budget) =>
        new(options => (Open(model, options), null), Equal(windows, budget));

    /// <summary>The same over a graph that is built over safetensors.</summary>
    public static Ceiling Ideal(ModelGraph graph, EncodingBuffer[] windows, int budget) =>
        new(
            options =>
            {
                var weights = new SessionWeights(options, graph.Weights, inPlace: true);
                return (new InferenceSession(graph.Bytes!, options), weights);
            },
            Equal(windows, budget)
        );

    /// <summary>Batches of so many texts in file order.</summary>
    public static Ceiling FileOrder(string model, EncodingBuffer[] windows, int rows) =>
        new(options => (Open(model, options), null), Rows(windows).Chunk(rows));

    static InferenceSession Open(string model, SessionOptions options) => new(Path.Combine(model, "onnx", "model.onnx"), options);

    static IEnumerable<int[][]> Equal(EncodingBuffer[] windows, int budget) =>
        Rows(windows).GroupBy(ids => ids.Length).OrderByDescending(g => g.Key).SelectMany(g => g.Chunk(Math.Max(1, budget / g.Key)));

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
        _weights?.Dispose();
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
