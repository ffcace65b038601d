using ProcessingJob.Cli.Display;

namespace ProcessingJob.Cli.Compare;

/// <summary>From what was found to a verdict, its reasons and its likely causes.</summary>
static class Judge
{
    /// <summary>Settings that make other numbers, the most telling first; the text after it says why.</summary>
    static readonly (string Setting, string Cause)[] Telling =
    [
        ("task", "another task"),
        ("text columns", "other text columns"),
        ("prompt", "another prompt"),
        ("embed.role", "another role"),
        ("pooling", "another pooling"),
        ("normalize", "normalize"),
        ("dimensions", "other dimensions"),
        ("embed.precision", "another precision of the stored embeddings"),
        (Settings.GraphPrecision, "another precision of the graph"),
        ("activation", "another activation"),
        ("max_length", "texts cut at another length"),
        ("tokens.overflow", "long texts treated otherwise"),
        ("device", "another device"),
        ("attention", "another kind of attention"),
        ("graph", "another file of the model"),
    ];

    /// <summary>Median cosine above which two models are taken for one: all-MiniLM-L6-v2 quantized to int8 has 0.97 with itself.</summary>
    const double SameModel = 0.8;

    /// <param name="found">All but verdict, reasons and causes.</param>
    /// <param name="minCosine">Below it a row has moved.</param>
    /// <param name="isSame">Whether all embeddings of matched rows are equal bit for bit.</param>
    public static OutputComparison Of(OutputComparison found, double minCosine, bool isSame)
    {
        var reasons = Reasons(found, minCosine).ToList();
        return found with
        {
            Verdict =
                reasons.Count > 0 ? Verdict.Different
                : isSame ? Verdict.Identical
                : Verdict.Equal,
            Reasons = reasons,
            LikelyCauses = reasons.Count > 0 || !isSame ? [.. Causes(found)] : [],
        };
    }

    static IEnumerable<string> Reasons(OutputComparison found, double minCosine)
    {
        if (found.Matched < found.RowsA || found.Matched < found.RowsB)
        {
            yield return $"{Text.Count(found.RowsA - found.Matched)} rows are in A alone and "
                + $"{Text.Count(found.RowsB - found.Matched)} in B alone (matched by {found.Key})";
        }

        if (found.DimensionsA != found.DimensionsB)
        {
            yield return $"embeddings have {found.DimensionsA} dimensions in A and {found.DimensionsB} in B";
        }

        if (found.Cosines is { } cosines && cosines.Min < minCosine)
        {
            yield return $"cosines go down to {CompareText.Number(cosines.Min)} (median {CompareText.Number(cosines.Median)}), below "
                + CompareText.Number(minCosine);
        }

        if (found is { NormsA: { } a, NormsB: { } b } && Math.Abs(a.Mean - b.Mean) > 0.01 * Math.Max(a.Mean, b.Mean))
        {
            yield return $"embeddings have a mean length of {CompareText.Number(a.Mean)} in A and {CompareText.Number(b.Mean)} in B";
        }

        if (found.OnlyA.Count > 0)
        {
            yield return $"columns of A alone: {string.Join(", ", found.OnlyA)}";
        }

        if (found.OnlyB.Count > 0)
        {
            yield return $"columns of B alone: {string.Join(", ", found.OnlyB)}";
        }

        foreach (var column in found.Columns)
        {
            yield return $"{column.Column}: other values in {Text.Plural(column.Rows, "row")}, such as {column.Example}";
        }
    }

    static IEnumerable<string> Causes(OutputComparison found)
    {
        var moved = found.Cosines?.Histogram.Sum() ?? 0;
        // Equal vectors under other keys cannot come from another model or setting.
        if (found.Elsewhere > 0 && found.Elsewhere >= 0.5 * Math.Max(1, Math.Min(moved, found.Matched)))
        {
            yield return $"the same embeddings stand under other rows ({Text.Count(found.Elsewhere)} of them): ids or rows are shuffled";
        }

        var settings = found.Settings.ToDictionary(s => s.Setting, StringComparer.Ordinal);
        // A quantized copy of a model is another folder, too.
        if (found.Cosines?.Median > SameModel && settings.Remove(Settings.GraphPrecision, out var precision))
        {
            yield return Cause("another precision of the graph", precision);
        }

        if (settings.TryGetValue(Settings.ModelFiles, out var files))
        {
            yield return settings.TryGetValue(Settings.Model, out var model)
                ? $"another model: {model.A} and {model.B}"
                : $"the model's files changed ({files.A} and {files.B}): another revision";
        }

        foreach (var (setting, cause) in Telling)
        {
            if (settings.TryGetValue(setting, out var difference))
            {
                yield return Cause(cause, difference);
            }
        }

        if (settings.ContainsKey(Settings.Data))
        {
            yield return "the input is not the same";
        }
    }

    static string Cause(string cause, SettingDifference difference) =>
        $"{cause}: {difference.Setting} {CompareText.Or(difference.A)} and {CompareText.Or(difference.B)}";
}
