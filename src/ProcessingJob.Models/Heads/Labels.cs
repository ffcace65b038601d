using ProcessingJob.Models.Configs;
using ProcessingJob.Models.Graphs;

namespace ProcessingJob.Models.Heads;

/// <summary>The last layer of a classifier: as many outputs as the checkpoint has, which must be as many as the config names.</summary>
static class Labels
{
    public static Value Linear(GraphBuilder g, ConfigReader c, Value x, string name, bool bias = true)
    {
        var logits = g.Linear(x, name, null, bias);
        var (key, count) = Count(c);
        return count == logits.Width
            ? logits
            : throw c.Refuse($"{key} {count} {(count == 1 ? "label" : "labels")}, tensor {name}.weight has {logits.Width} rows");
    }

    /// <summary>As PreTrainedConfig of transformers counts them: two where nothing says how many.</summary>
    static (string Key, int Count) Count(ConfigReader c)
    {
        if (c.Object("id2label") is { } labels && labels.EnumerateObject().Count() is > 0 and var named)
        {
            return ("id2label names", named);
        }

        foreach (var key in (string[])["num_labels", "_num_labels"])
        {
            if (c.SizeOrNull(key) is { } given)
            {
                return ($"{key} says", given);
            }
        }

        return ("without id2label and num_labels there are", 2);
    }
}
