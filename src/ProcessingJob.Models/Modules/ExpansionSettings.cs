namespace ProcessingJob.Models.Modules;

/// <summary>Short queries of a multi-vector model are filled with an expansion token.</summary>
/// <param name="Fixed">Queries have exactly this length; otherwise at least this.</param>
/// <param name="Length">Tokens.</param>
/// <param name="Attend">Whether the transformer sees the expansion tokens.</param>
/// <param name="Token">Null: the mask token, else the end-of-sequence token.</param>
public sealed record ExpansionSettings(bool Fixed, int Length, bool Attend, string? Token)
{
    internal static ExpansionSettings? Read(ModuleConfig? config)
    {
        if (config is null)
        {
            return null;
        }

        var strategy = config.Text("strategy") ?? "fixed";
        var expansion = new ExpansionSettings(
            strategy == "fixed",
            config.RequiredInt("length", 1),
            config.Flag("attend") ?? false,
            config.Text("token")
        );
        config.Close();
        return strategy is "fixed" or "min"
            ? expansion
            : throw config.Refuse($"query_expansion.strategy is {strategy}, expected fixed or min");
    }
}
