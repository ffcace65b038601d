using ProcessingJob.Contract.Spec;
using ProcessingJob.Inference.Devices;
using ProcessingJob.Inference.Heads;

namespace ProcessingJob.Inference.Engine;

/// <summary>How a model is run. The defaults give the same bytes for the same block on any run.</summary>
public sealed record EngineOptions
{
    /// <summary>Padded tokens per batch on a CPU where nobody says otherwise.</summary>
    public static int CpuTokenBudget => DeviceProfile.Cpu.TokenBudget;

    /// <summary>Rows of a block on a CPU.</summary>
    public static int CpuBlockRows => DeviceProfile.Cpu.BlockRows;

    /// <summary>Any that runs a model: results are the raw outputs; tokenize needs no engine and is refused.</summary>
    public TaskKind Task { get; init; } = TaskKind.Embed;

    public EmbedOptions Embed { get; init; } = new();

    public DeviceKind Device { get; init; } = DeviceKind.Auto;

    /// <summary>Longest encoding, in tokens, that will be submitted; sizes the buffers. Null: the model's own limit.</summary>
    public int? MaxLength { get; init; }

    /// <summary>Padded tokens per batch, 16 to 1,048,576. Null: the device's default. Another budget may change the
    /// last bits of a result.</summary>
    public int? TokenBudget { get; init; }

    /// <summary>Inference threads of each device: how many batches it is given at once. Null: one per core on a CPU, two per GPU. Does
    /// not change results.</summary>
    public int? Threads { get; init; }

    /// <summary>
    /// Threads inside one call on a CPU (ONNX Runtime's intra-op threads). 1 is fastest as long as there are enough batches.
    /// </summary>
    public int IntraOpThreads { get; init; } = 1;

    /// <summary>Run a graph whose results depend on the batch one encoding at a time, instead of refusing it.</summary>
    public bool AllowBatchDependent { get; init; }

    /// <summary>False: whether the model computes there what it should is left to the caller.</summary>
    internal bool CheckModel { get; init; } = true;

    /// <summary>Encode equal encodings of a block once.</summary>
    public bool Deduplicate { get; init; } = true;

    /// <summary>
    /// Receives what goes wrong or could go better; what was chosen is in <see cref="InferenceEngine.DeviceSummary"/>. Called from any
    /// thread.
    /// </summary>
    public Action<EngineMessage>? Log { get; init; }
}
