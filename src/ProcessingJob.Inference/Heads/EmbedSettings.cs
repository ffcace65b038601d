using ProcessingJob.Contract;
using ProcessingJob.Contract.Output;
using ProcessingJob.Models.Folders;
using ProcessingJob.Models.Modules;

namespace ProcessingJob.Inference.Heads;

/// <summary>What a job's options come to with a model folder.</summary>
public static class EmbedSettings
{
    /// <exception cref="PJobException">BadSpec: options that do not fit the model.</exception>
    public static ResolvedSettings Resolve(ModelFolder model, EmbedOptions options)
    {
        var plan = EmbedPlan.Create(model.Route!, options);
        return new ResolvedSettings
        {
            Pooling = plan.Pooling.Count == 0 ? "none" : plan.Pooling.Words(),
            Normalize = plan.GivesUnitLength,
            Dimensions = plan.Width,
        };
    }
}
