using ProcessingJob.Cli.Display;

namespace ProcessingJob.Cli.Analyze;

/// <summary>Which max_length to choose.</summary>
static class Recommendation
{
    /// <summary>Shares that may be cut: what more would cost is seldom worth the last per cent.</summary>
    const double TextsCut = 0.01,
        TokensLost = 0.005;

    /// <param name="limits">In ascending order, none above the model's limit.</param>
    public static (int MaxLength, string Reason) Choose(IReadOnlyList<LimitCost> limits)
    {
        var chosen = limits.FirstOrDefault(l => l.TextsCut <= TextsCut && l.TokensLost <= TokensLost) ?? limits[^1];
        var kept =
            $"{chosen.MaxLength} keeps {Text.Percent(1 - chosen.TextsCut)} of the texts whole and {Text.Percent(1 - chosen.TokensLost)} of the tokens";
        if (chosen.TextsCut > TextsCut)
        {
            return (chosen.MaxLength, $"{kept}; more does not fit the model: use tokens.overflow: window where the rest matters");
        }

        var index = limits.ToList().IndexOf(chosen);
        var smaller =
            index > 0
                ? $"; {limits[index - 1].MaxLength} would cut {Text.Percent(limits[index - 1].TextsCut)} of the texts"
                : "; a shorter one saves nothing";
        return (chosen.MaxLength, kept + smaller);
    }
}
