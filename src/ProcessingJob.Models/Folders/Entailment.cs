using ProcessingJob.Contract;

namespace ProcessingJob.Models.Folders;

/// <summary>
/// Which logits of a model of entailment a zero-shot classification reads (transformers' zero-shot-classification pipeline).
/// </summary>
/// <param name="Entails">Of "the text entails the hypothesis".</param>
/// <param name="Contradicts">Of its opposite, which several labels at a time are judged against.</param>
public sealed record Entailment(int Entails, int Contradicts)
{
    const string Name = "entail";

    // The pipeline takes the label at the other end of the list, whatever its name.
    static readonly string[] Opposites = ["contra", "not"];

    /// <param name="model">The folder of a classifier.</param>
    /// <param name="needsOpposite">Whether <see cref="Contradicts"/> will be read.</param>
    /// <exception cref="PJobException">Model: its labels are no entailment's.</exception>
    public static Entailment Of(ModelFolder model, bool needsOpposite)
    {
        ArgumentNullException.ThrowIfNull(model);
        var labels = model.Labels;
        var entails = labels.ToList().FindIndex(IsEntailment);
        if (entails < 0 || labels.Count < 2)
        {
            throw ModelError.Refuse(
                model.Path,
                $"its labels are {string.Join(", ", labels)}, expected one that begins with 'entail' and one of its opposite: "
                    + "classify.candidates needs a model of natural language inference"
            );
        }

        if (
            model.Config.LabelIds.Where(l => IsEntailment(l.Key)).Select(l => (int?)l.Value).FirstOrDefault() is { } other
            && other != entails
        )
        {
            throw ModelError.Refuse(
                model.Path,
                $"config.json contradicts itself: label2id has entailment at {other}, id2label at {entails}"
            );
        }

        var contradicts = entails == 0 ? labels.Count - 1 : 0;
        return !needsOpposite || Opposites.Any(o => labels[contradicts].StartsWith(o, StringComparison.OrdinalIgnoreCase))
            ? new Entailment(entails, contradicts)
            : throw ModelError.Refuse(
                model.Path,
                $"its labels are {string.Join(", ", labels)}: several candidates at a time are judged against the label "
                    + $"{labels[contradicts]}, expected a contradiction there; fix: classify.multi_label: false, and two candidates at "
                    + "least"
            );
    }

    static bool IsEntailment(string label) => label.StartsWith(Name, StringComparison.OrdinalIgnoreCase);
}
