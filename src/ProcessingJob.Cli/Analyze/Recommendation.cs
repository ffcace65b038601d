using ProcessingJob.Cli.Display;

namespace ProcessingJob.Cli.Analyze;

/// <summary>Which max_length to choose.</summary>
static class Recommendation
{
    /// <summary>Acceptable losses: avoiding the last percent is rarely worth its cost.</summary>
    const double TextsCut = 0.01,
        TokensLost = 0.005;

    /// <param name="limits">In ascending order, none above the model's limit.</param>
    public static (int MaxLength, string Reason) Choose(IReadOnlyList<LimitCost> limits)
    {
        var chosen = limits.FirstOrDefault(l => l.TextsCut <= TextsCut && l.TokensLost <= TokensLost) ?? limits[^1];
        var kept =
            $"{chosen.MaxLength} keeps {Text.Percent(1 - chosen.TextsCut)} of texts untruncated "
            + $"and {Text.Percent(1 - chosen.TokensLost)} of tokens";
        if (chosen.TextsCut > TextsCut)
        {
            return (chosen.MaxLength, $"{kept}; it is the model's limit: use tokens.overflow: window if the rest matters");
        }

        var index = limits.ToList().IndexOf(chosen);
        var smaller =
            index > 0
                ? $"; {limits[index - 1].MaxLength} would truncate {Text.Percent(limits[index - 1].TextsCut)} of texts"
                : "; a smaller value saves nothing";
        return (chosen.MaxLength, kept + smaller);
    }
}
