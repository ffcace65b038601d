using ProcessingJob.Contract;
using ProcessingJob.Contract.Spec;

namespace ProcessingJob.Models.Folders;

/// <summary>Labels of tokens and of the entities that they make (transformers' token-classification pipeline).</summary>
public static class TagLabels
{
    /// <summary>What is no entity.</summary>
    public const string Outside = "O";

    const string Begin = "B-";
    const string Inside = "I-";

    /// <summary>Whether the label begins another entity, and what it is of; labels without B- or I- go on with their like.</summary>
    public static (bool Begins, string Tag) Read(string label) =>
        label.StartsWith(Begin, StringComparison.Ordinal) ? (true, label[Begin.Length..])
        : label.StartsWith(Inside, StringComparison.Ordinal) ? (false, label[Inside.Length..])
        : (false, label);

    /// <summary>The label of an entity whose first token has this one: what stands behind the first hyphen.</summary>
    public static string OfEntity(string label) => label[(label.IndexOf('-') + 1)..];

    /// <summary>Refuses labels that the model cannot give.</summary>
    /// <exception cref="PJobException">BadSpec: tag.labels names one.</exception>
    public static void Require(TagSpec spec, IReadOnlyList<string> labels)
    {
        ArgumentNullException.ThrowIfNull(spec);
        var given = spec.Aggregation == TagAggregation.None ? labels : [.. labels.Select(OfEntity).Distinct(StringComparer.Ordinal)];
        if (spec.Labels.FirstOrDefault(label => !given.Contains(label, StringComparer.Ordinal)) is { } unknown)
        {
            throw new PJobException(
                $"tag.labels: found {unknown}, but with tag.aggregation {Names.Of(spec.Aggregation)} the model's labels are "
                    + $"{string.Join(", ", given.Take(40))}{(given.Count > 40 ? ", …" : "")}"
                    + (Names.Nearest(unknown, given) is { } near ? $"; fix: {near}?" : ""),
                ExitCode.BadSpec
            );
        }
    }
}
