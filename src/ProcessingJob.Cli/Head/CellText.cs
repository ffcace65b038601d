using System.Globalization;
using System.Text.Json.Nodes;
using ProcessingJob.Cli.Outputs;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Spec;

namespace ProcessingJob.Cli.Head;

/// <summary>Values of a row for people: long lists are cut, entities are sentences, lists of vectors are counted.</summary>
static class CellText
{
    const int LongList = 8;
    const int MostTerms = 10;

    public static string Of(JsonNode? value) =>
        value switch
        {
            JsonArray { Count: > 0 } list when list[0] is JsonObject entity && entity.ContainsKey("label") && entity.ContainsKey("text") =>
                Entities(list),
            JsonArray { Count: > 0 } list when list.All(item => item is JsonArray) =>
                $"{list.Count} vectors of {list[0]!.AsArray().Count}: [{Of(list[0])}, …]",
            JsonArray { Count: > LongList } list =>
                $"[{string.Join(", ", list.Take(LongList / 2).Select(v => v?.ToJsonString(ContractJson.Options)))}, …] ({list.Count})",
            _ => value?.ToJsonString(ContractJson.Options) ?? "null",
        };

    /// <summary>The heaviest entries of a sparse row with their names; null where the row has none.</summary>
    public static string? Terms(JsonObject row, TermNames names, JobSpec spec)
    {
        if (
            row[TaskColumns.NameOf(spec, "indices")] is not JsonArray indices
            || row[TaskColumns.NameOf(spec, "values")] is not JsonArray values
        )
        {
            return null;
        }

        var terms = indices
            .Zip(values, (i, v) => (Index: i!.GetValue<int>(), Weight: v is null ? 0 : v.GetValue<float>()))
            .OrderByDescending(t => t.Weight)
            .ThenBy(t => t.Index)
            .Take(MostTerms)
            .Select(t => $"{names[t.Index]} {t.Weight.ToString("0.00", CultureInfo.InvariantCulture)}");
        return string.Join(", ", terms);
    }

    static string Entities(JsonArray list)
    {
        var shown = list.Take(LongList).Select(e => $"{e!["label"]} \"{e["text"]}\" {Score(e["score"])}");
        return string.Join(", ", shown) + (list.Count > LongList ? $", … ({list.Count})" : "");
    }

    static string Score(JsonNode? score) =>
        score is null
            ? ""
            : Convert.ToDouble(score.ToString(), CultureInfo.InvariantCulture).ToString("0.00", CultureInfo.InvariantCulture);
}
