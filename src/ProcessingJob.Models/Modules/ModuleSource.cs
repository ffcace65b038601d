using ProcessingJob.Contract;
using ProcessingJob.Contract.Output;
using ProcessingJob.Models.Weights;

namespace ProcessingJob.Models.Modules;

/// <summary>Where a module is read from.</summary>
/// <param name="Folder">Its folder on this machine.</param>
/// <param name="Kind">The class that the whole model folder is for; it sets some defaults.</param>
/// <param name="Warnings">Added to.</param>
sealed record ModuleSource(string Folder, FolderKind Kind, List<JobWarning> Warnings)
{
    public ModuleConfig Config(string name) => ModuleConfig.Read(Path.Combine(Folder, name));

    public ModuleConfig? TryConfig(string name) => ModuleConfig.TryRead(Path.Combine(Folder, name));

    /// <summary>Reads the module's model.safetensors; every tensor must be asked for.</summary>
    /// <exception cref="PJobException">Model: no safetensors file, or one that does not fit.</exception>
    public T Weights<T>(Func<ModuleWeights, T> read)
    {
        using var checkpoint = Checkpoint.Open(Folder);
        var result = read(new ModuleWeights(checkpoint));
        return checkpoint.Unused.ToArray() is [var unused, ..]
            ? throw ModelError.Refuse(Folder, $"model.safetensors holds {unused}, which the module has no use for")
            : result;
    }
}
