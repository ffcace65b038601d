using ProcessingJob.Models.Weights;

namespace ProcessingJob.Models.Graphs;

/// <summary>
/// An encoder as an ONNX model in memory. Its weights stay where they are: <see cref="Weights"/> are handed to a session by
/// address, so this object must outlive the session.
/// </summary>
public sealed class BuiltGraph : IDisposable
{
    readonly OnnxModel _model;
    readonly Checkpoint? _checkpoint;
    readonly IReadOnlyList<NativeBuffer> _buffers;

    internal BuiltGraph(OnnxModel model, Checkpoint? owned, IReadOnlyList<NativeBuffer> buffers)
    {
        (_model, _checkpoint, _buffers) = (model, owned, buffers);
        Model = model.ToBytes();
    }

    /// <summary>ModelProto without the weights, which stand in it by name as external data.</summary>
    public byte[] Model { get; }

    /// <summary>
    /// Every one must be given to the session by its name. In float32 on the CPU SessionOptions.AddInitializer uses the memory as it is,
    /// uncopied. CUDA ignores what is given so, and in float16 the CPU's optimizer looks for the data: there the C function
    /// AddExternalInitializers is to be used, which copies.
    /// </summary>
    public IReadOnlyList<GraphWeight> Weights => _model.Weights;

    /// <summary>Those that the family reads of input_ids, attention_mask and token_type_ids: int64 [batch, sequence] each.</summary>
    public IReadOnlyList<GraphPort> Inputs => _model.Inputs;

    /// <summary>All float32.</summary>
    public IReadOnlyList<GraphPort> Outputs => _model.Outputs;

    /// <summary>The config's model_type.</summary>
    public required string Family { get; init; }

    /// <summary>What the graph computes; never Auto.</summary>
    public required GraphHead Head { get; init; }

    /// <summary>Width of last_hidden_state.</summary>
    public required int HiddenSize { get; init; }

    /// <summary>Rows of the word embeddings: ids are 0 to one less.</summary>
    public required int VocabularySize { get; init; }

    /// <summary>Most tokens a text may have, special tokens included; null where positions are relative and nothing limits them.</summary>
    public required int? MaxPositions { get; init; }

    /// <summary>Tensors of the checkpoint that the graph has no use for, without the few that are known to be unneeded.</summary>
    public required IReadOnlyList<string> UnusedTensors { get; init; }

    /// <summary>Keys of config.json that the family does not know and whose value is not null, false or empty.</summary>
    public required IReadOnlyList<string> UnknownKeys { get; init; }

    /// <summary>Writes a self-contained .onnx file; weights of more than so many bytes go to <c>{path}.data</c> beside it.</summary>
    public void Export(string path, long largestInline) => _model.Save(path, largestInline);

    public void Dispose()
    {
        foreach (var buffer in _buffers)
        {
            buffer.Dispose();
        }

        _checkpoint?.Dispose();
    }
}
