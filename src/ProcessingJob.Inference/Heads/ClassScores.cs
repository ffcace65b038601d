using ProcessingJob.Contract.Spec;
using ProcessingJob.Models.Modules;

namespace ProcessingJob.Inference.Heads;

/// <summary>A label and its score.</summary>
/// <param name="Label">Index into the model's labels.</param>
/// <param name="Score">Probability, or the raw logit where no function is applied.</param>
public readonly record struct ClassScore(int Label, float Score);

/// <summary>Logits to scores, as transformers' text-classification pipelines do it.</summary>
public static class ClassScores
{
    /// <summary>
    /// What <c>auto</c> means for a model: none for regression; sigmoid for multi-label models and those with one label (cross-encoders);
    /// else softmax.
    /// </summary>
    public static ScoreFunction Resolve(ScoreFunction asked, string? problemType, int labels) =>
        (asked, problemType) switch
        {
            (not ScoreFunction.Auto, _) => asked,
            (_, "regression") => ScoreFunction.None,
            (_, "multi_label_classification") => ScoreFunction.Sigmoid,
            _ => labels == 1 ? ScoreFunction.Sigmoid : ScoreFunction.Softmax,
        };

    /// <summary>
    /// Turns logits into a CrossEncoder's scores. <paramref name="scores"/> has the same length and may be the same memory.
    /// </summary>
    public static void Apply(TorchActivation activation, ReadOnlySpan<float> logits, Span<float> scores)
    {
        logits.CopyTo(scores);
        ActivationFunctions.Apply(activation, scores);
    }

    /// <summary>Turns logits into scores. <paramref name="scores"/> has the same length and may be the same memory.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The function is <see cref="ScoreFunction.Auto"/>: resolve it first.</exception>
    public static void Apply(ScoreFunction function, ReadOnlySpan<float> logits, Span<float> scores)
    {
        switch (function)
        {
            case ScoreFunction.Softmax:
                Softmax(logits, scores);
                break;
            case ScoreFunction.Sigmoid:
                for (var i = 0; i < logits.Length; i++)
                {
                    scores[i] = (float)(1 / (1 + Math.Exp(-(double)logits[i])));
                }

                break;
            case ScoreFunction.None:
                logits.CopyTo(scores);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(function), function, "not a function");
        }
    }

    /// <summary>Writes the highest scores, best first; equal ones by index.</summary>
    /// <returns>How many: the lesser of the two lengths.</returns>
    public static int Top(ReadOnlySpan<float> scores, Span<ClassScore> best)
    {
        var count = 0;
        for (var label = 0; label < scores.Length; label++)
        {
            var rank = count;
            while (rank > 0 && best[rank - 1].Score < scores[label])
            {
                rank--;
            }

            if (rank == best.Length)
            {
                continue;
            }

            count = Math.Min(count + 1, best.Length);
            best[rank..(count - 1)].CopyTo(best[(rank + 1)..]);
            best[rank] = new(label, scores[label]);
        }
        return count;
    }

    static void Softmax(ReadOnlySpan<float> logits, Span<float> scores)
    {
        var (max, sum) = (float.NegativeInfinity, 0.0);
        foreach (var logit in logits)
        {
            max = Math.Max(max, logit);
        }

        foreach (var logit in logits)
        {
            sum += Math.Exp((double)logit - max);
        }

        for (var i = 0; i < logits.Length; i++)
        {
            scores[i] = (float)(Math.Exp((double)logits[i] - max) / sum);
        }
    }
}
