using System.Globalization;

namespace ProcessingJob.Cli.Outputs;

/// <summary>An entity of task tag's output.</summary>
sealed record EntityCell(string Label, double Score, string Text);

/// <summary>What stands in the columns of the tasks, as any format's reader gives it.</summary>
static class Cells
{
    public static double? Number(object? cell) => cell is null ? null : Convert.ToDouble(cell, CultureInfo.InvariantCulture);

    public static double[] Numbers(object? list) =>
        list is Array values ? [.. values.Cast<object>().Select(v => Convert.ToDouble(v, CultureInfo.InvariantCulture))] : [];

    public static string[] Texts(object? list) => list is Array values ? [.. values.Cast<object?>().Select(v => v?.ToString() ?? "")] : [];

    public static int Count(object? list) => (list as Array)?.Length ?? 0;

    public static EntityCell[] Entities(object? list) =>
        list is Array values
            ?
            [
                .. values
                    .Cast<IReadOnlyDictionary<string, object?>>()
                    .Select(e => new EntityCell($"{e["label"]}", Number(e["score"]) ?? 0, $"{e["text"]}")),
            ]
            : [];
}
