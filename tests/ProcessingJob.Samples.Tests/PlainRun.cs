using System.Numerics.Tensors;
using System.Text;
using Microsoft.ML.OnnxRuntime;

namespace ProcessingJob.Samples.Tests;

/// <summary>The shortest way from ids to numbers: ONNX Runtime, one text at a time, no padding.</summary>
sealed class PlainRun : IDisposable
{
    readonly SessionOptions _options = new() { IntraOpNumThreads = 1, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
    readonly RunOptions _run = new();

    public PlainRun(string model, string? optimized = null)
    {
        if (optimized is not null)
        {
            _options.OptimizedModelFilePath = optimized;
        }

        Session = new InferenceSession(Path.Combine(model, "onnx", "model.onnx"), _options);
    }

    public InferenceSession Session { get; }

    /// <summary>All outputs for one row of ids.</summary>
    public Dictionary<string, float[]> Outputs(long[] ids)
    {
        var feeds = Session.InputNames.ToDictionary(
            name => name,
            name =>
                OrtValue.CreateTensorValueFromMemory(
                    name switch
                    {
                        "input_ids" => ids,
                        "attention_mask" => [.. ids.Select(_ => 1L)],
                        _ => new long[ids.Length],
                    },
                    [1, ids.Length]
                )
        );
        using var outputs = Session.Run(_run, feeds, Session.OutputNames);
        foreach (var feed in feeds.Values)
        {
            feed.Dispose();
        }

        return Session
            .OutputNames.Zip(outputs)
            .ToDictionary(pair => pair.First, pair => pair.Second.GetTensorDataAsSpan<float>().ToArray());
    }

    /// <summary>last_hidden_state, averaged over the tokens.</summary>
    public float[] Mean(long[] ids)
    {
        var states = Outputs(ids)["last_hidden_state"];
        var mean = new float[states.Length / ids.Length];
        for (var token = 0; token < ids.Length; token++)
        {
            TensorPrimitives.Add(mean, states.AsSpan(token * mean.Length, mean.Length), mean);
        }

        TensorPrimitives.Divide(mean, ids.Length, mean);
        return mean;
    }

    /// <summary>Nodes of an operator in a model file: an op_type field with that text.</summary>
    public static int CountNodes(string path, string operation)
    {
        var field = Encoding.Latin1.GetString([0x22, (byte)operation.Length]) + operation;
        return Encoding.Latin1.GetString(File.ReadAllBytes(path)).Split(field).Length - 1;
    }

    public void Dispose()
    {
        Session.Dispose();
        _options.Dispose();
        _run.Dispose();
    }
}
