using ProcessingJob.Models.Configs;
using ProcessingJob.Models.Graphs;

namespace ProcessingJob.Models.Heads;

/// <summary>The last layer of a classifier: as many outputs as the checkpoint has, which must be as many as the config names.</summary>
static class Labels
{
    public static Value Linear(GraphBuilder g, ConfigReader c, Value x, string name, bool bias = true)
    {
        var logits = g.Linear(x, name, null, bias);
        var named = c.Object("id2label") is { } labels ? labels.EnumerateObject().Count() : 0;
        return named == 0 || named == logits.Width
            ? logits
            : throw c.Refuse($"id2label names {named} labels, tensor {name}.weight has {logits.Width} rows");
    }
}
