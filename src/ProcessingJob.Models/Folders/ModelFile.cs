using ProcessingJob.Models.Onnx;

namespace ProcessingJob.Models.Folders;

/// <summary>One file of a model folder that the model can be run from, as it is run.</summary>
/// <param name="Name">Relative to the folder, '/'-separated; of a checkpoint in shards its index.</param>
/// <param name="Precision">Of the weights in the session.</param>
/// <param name="Optimized">True when an optimiser has already put fused operators into it (model_O1…O4).</param>
/// <param name="Bytes">Size including external data and shards.</param>
public sealed record ModelFile(string Name, WeightPrecision Precision, bool Optimized, long Bytes);
