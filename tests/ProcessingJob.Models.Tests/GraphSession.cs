using Microsoft.ML.OnnxRuntime;
using ProcessingJob.Inference.Devices;
using ProcessingJob.Models.Graphs;

namespace ProcessingJob.Models.Tests;

/// <summary>A built graph in a session on the CPU, its weights handed over by address.</summary>
sealed class GraphSession : IDisposable
{
    readonly SessionWeights? _weights;
    readonly InferenceSession _session;
    readonly RunOptions _run = new();

    /// <param name="model">Another model than the graph's, with the same weights.</param>
    /// <param name="external">Gives the weights as a GPU and float16 need it, not as float32 on the CPU does.</param>
    public GraphSession(
        BuiltGraph graph,
        GraphOptimizationLevel level = GraphOptimizationLevel.ORT_ENABLE_ALL,
        byte[]? model = null,
        bool external = false
    )
    {
        using var options = Options(level);
        _weights = new SessionWeights(options, graph.Weights, inPlace: !external);
        _session = new InferenceSession(model ?? graph.Model, options);
    }

    public GraphSession(string file)
    {
        using var options = Options(GraphOptimizationLevel.ORT_ENABLE_ALL);
        _session = new InferenceSession(file, options);
    }

    /// <summary>Runs texts as one batch, padded on the right.</summary>
    /// <param name="rows">Per text: input name to ids.</param>
    /// <returns>Output name to its values and shape.</returns>
    public Dictionary<string, (float[] Values, long[] Shape)> Run(IReadOnlyList<IReadOnlyDictionary<string, long[]>> rows, long padId)
    {
        var length = rows.Max(row => row["input_ids"].Length);
        var names = _session.InputMetadata.Keys.ToArray();
        var inputs = names
            .Select(name => OrtValue.CreateTensorValueFromMemory(Padded(rows, name, length, padId), [rows.Count, length]))
            .ToArray();
        try
        {
            using var outputs = _session.Run(_run, names, inputs, [.. _session.OutputMetadata.Keys]);
            return _session
                .OutputMetadata.Keys.Zip(outputs)
                .ToDictionary(
                    pair => pair.First,
                    pair => (pair.Second.GetTensorDataAsSpan<float>().ToArray(), pair.Second.GetTensorTypeAndShape().Shape)
                );
        }
        finally
        {
            foreach (var input in inputs)
            {
                input.Dispose();
            }
        }
    }

    public void Dispose()
    {
        _session.Dispose();
        _run.Dispose();
        _weights?.Dispose();
    }

    static long[] Padded(IReadOnlyList<IReadOnlyDictionary<string, long[]>> rows, string name, int length, long padId)
    {
        var values = new long[rows.Count * length];
        Array.Fill(values, name == "input_ids" ? padId : 0);
        for (var i = 0; i < rows.Count; i++)
        {
            if (rows[i].TryGetValue(name, out var ids))
            {
                ids.CopyTo(values, i * length);
            }
        }

        return values;
    }

    static SessionOptions Options(GraphOptimizationLevel level) =>
        new()
        {
            GraphOptimizationLevel = level,
            IntraOpNumThreads = 1,
            InterOpNumThreads = 1,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
        };
}
