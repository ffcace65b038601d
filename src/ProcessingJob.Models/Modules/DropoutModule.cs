namespace ProcessingJob.Models.Modules;

/// <summary>Only of use in training: changes nothing here.</summary>
public sealed record DropoutModule : SentenceModule
{
    public override string Name => "Dropout";

    public override string Summary => "nothing after training";

    internal static DropoutModule Read(ModuleSource source)
    {
        if (source.TryConfig("config.json") is { } config)
        {
            _ = config.Number("dropout");
            config.Close();
        }

        return new DropoutModule();
    }
}
