using ProcessingJob.Inference.Engine;
using ProcessingJob.Models.Folders;
using ProcessingJob.Storage;

namespace ProcessingJob.Worker;

/// <summary>
/// What code that builds a <see cref="WorkerRun"/> may put in place of the devices and around the files, to measure what is left. No option
/// of the worker reaches it.
/// </summary>
sealed record WorkerSeams
{
    public Func<ModelFolder, EngineOptions, InferenceEngine> Engine { get; init; } = InferenceEngine.Create;
    public Func<IDataRoot, IDataRoot> Data { get; init; } = data => data;
    public Func<IOutputStore, IOutputStore> Store { get; init; } = store => store;
}
