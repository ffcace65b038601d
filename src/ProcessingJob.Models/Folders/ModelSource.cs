using ProcessingJob.Models.Families;
using ProcessingJob.Models.Graphs;
using ProcessingJob.Models.Onnx;

namespace ProcessingJob.Models.Folders;

/// <summary>A way to run a folder's model: an ONNX file of it, or a graph built here over its safetensors.</summary>
/// <param name="File">Name, precision and size.</param>
/// <param name="Path">Full path.</param>
public abstract record ModelSource(ModelFile File, string Path)
{
    /// <summary>The graph's outputs.</summary>
    public abstract IReadOnlyList<GraphValue> Outputs { get; }

    /// <summary>Whether attention is one node a layer, as far as the graph tells without a run.</summary>
    public abstract bool FusedAttention { get; }

    /// <summary>The graph's inputs. A graph that is built here is checked as far as it can be without keeping its weights.</summary>
    /// <exception cref="Contract.PJobException">Model: no graph can be built of what the folder holds.</exception>
    public abstract IReadOnlyList<GraphValue> ReadInputs();

    /// <summary>The graph, ready for a session.</summary>
    /// <exception cref="Contract.PJobException">Model: no graph can be built of what the folder holds.</exception>
    public abstract ModelGraph Open();
}

/// <summary>An ONNX file and what was read of it.</summary>
/// <param name="File">Name, precision and size.</param>
/// <param name="Path">Full path.</param>
/// <param name="Summary">Inputs, outputs and weights of its graph.</param>
public sealed record OnnxSource(ModelFile File, string Path, OnnxSummary Summary) : ModelSource(File, Path)
{
    public override IReadOnlyList<GraphValue> Outputs => Summary.Outputs;

    public override bool FusedAttention => Summary.FusedAttention;

    /// <summary>Values of inputs that are the same for every text, by name.</summary>
    public IReadOnlyDictionary<string, double> Constants { get; init; } = new Dictionary<string, double>();

    public override IReadOnlyList<GraphValue> ReadInputs() => Summary.Inputs;

    public override ModelGraph Open() => new(this, Summary.Inputs) { Constants = Constants };
}

/// <summary>A graph that <see cref="EncoderGraph"/> builds over config.json and safetensors.</summary>
/// <param name="File">Name, precision in the session, and size.</param>
/// <param name="Path">Full path of the file, or of the index of its shards.</param>
/// <param name="Options">Operators, precision and head of the graph.</param>
/// <param name="Given">The outputs that a graph with these options has.</param>
public sealed record SafetensorsSource(ModelFile File, string Path, GraphOptions Options, IReadOnlyList<GraphValue> Given)
    : ModelSource(File, Path)
{
    public override IReadOnlyList<GraphValue> Outputs => Given;

    public override bool FusedAttention => Options.Form == GraphForm.Fused;

    (IReadOnlyList<GraphValue> Inputs, IReadOnlyList<string> Unused)? _look;

    public override IReadOnlyList<GraphValue> ReadInputs() => Look().Inputs;

    /// <summary>Tensors of the checkpoint that the graph has no use for, without those that are known to be unneeded.</summary>
    /// <exception cref="Contract.PJobException">Model: no graph can be built of what the folder holds.</exception>
    public IReadOnlyList<string> UnusedTensors() => Look().Unused;

    public override ModelGraph Open() => Open(Options);

    (IReadOnlyList<GraphValue> Inputs, IReadOnlyList<string> Unused) Look()
    {
        if (_look is null)
        {
            // The operators make no difference to what is refused.
            Open(Options with { WithoutWeights = true, Form = GraphForm.Plain, Precision = GraphPrecision.Float32 }).Dispose();
        }

        return _look!.Value;
    }

    ModelGraph Open(GraphOptions options)
    {
        var built = EncoderGraph.Build(System.IO.Path.GetDirectoryName(Path)!, options);
        var graph = new ModelGraph(this, built);
        _look ??= (graph.Inputs, built.UnusedTensors);
        return graph;
    }
}
