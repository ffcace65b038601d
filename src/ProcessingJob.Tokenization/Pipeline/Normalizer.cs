namespace ProcessingJob.Tokenization.Pipeline;

/// <summary>One step of normalization of <see cref="Workspace.Text"/>.</summary>
abstract class Normalizer
{
    public abstract void Apply(Workspace work);

    /// <summary>Name and settings, for people.</summary>
    public abstract string Describe();
}
