using ProcessingJob.Models.Graphs;
using ProcessingJob.Models.Onnx;

namespace ProcessingJob.Models.Folders;

/// <summary>A graph for sessions: a file, or bytes and weights in memory that must outlive every session over them.</summary>
public sealed class ModelGraph : IDisposable
{
    readonly BuiltGraph? _built;

    internal ModelGraph(OnnxSource source, IReadOnlyList<GraphValue> inputs) => (Source, Inputs) = (source, inputs);

    internal ModelGraph(SafetensorsSource source, BuiltGraph built)
    {
        (Source, _built) = (source, built);
        Inputs = [.. built.Inputs.Select(i => new GraphValue(i.Name, (int)i.Type, [.. i.Dimensions.Select(_ => -1L)]))];
    }

    public ModelSource Source { get; }

    public IReadOnlyList<GraphValue> Inputs { get; }

    /// <summary>Values of inputs that are the same for every text, by name.</summary>
    public IReadOnlyDictionary<string, double> Constants { get; init; } = new Dictionary<string, double>();

    /// <summary>The ModelProto without its weights; null: it is the file <see cref="ModelSource.Path"/>.</summary>
    public byte[]? Bytes => _built?.Model;

    /// <summary>What a session over <see cref="Bytes"/> must be given by name.</summary>
    public IReadOnlyList<GraphWeight> Weights => _built?.Weights ?? [];

    public void Dispose() => _built?.Dispose();
}
