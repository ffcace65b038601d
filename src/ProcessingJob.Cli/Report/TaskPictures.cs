using System.Globalization;
using ProcessingJob.Cli.Display;
using ProcessingJob.Cli.Outputs;
using ProcessingJob.Cli.Pages;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Data.Outputs;

namespace ProcessingJob.Cli.Report;

/// <summary>Each task's own picture of what it wrote, from rows all over the output.</summary>
static class TaskPictures
{
    const int SampleRows = 20_000;
    const int MostLabels = 16;
    const int MostTerms = 30;
    const int MostExamples = 6;
    const int Bars = 20;

    static readonly Dictionary<TaskKind, Func<JobSpec, RowsSample, IEnumerable<PageSection>>> Table = new()
    {
        [TaskKind.Classify] = Labels,
        [TaskKind.Tag] = Entities,
        [TaskKind.Rerank] = (_, sample) =>
            [new("Scores", $"Of the pairs{sample.Of}.", ScoresOf(sample.Cells("score").Select(Cells.Number)))],
        [TaskKind.Answer] = Answers,
        [TaskKind.Sparse] = Terms,
        [TaskKind.Multivector] = (_, sample) =>
            [
                new(
                    "Vectors per text",
                    $"Tokens that are scored{sample.Of}.",
                    Distribution(sample.Cells("embeddings").Select(Cells.Count), "vectors")
                ),
            ],
    };

    /// <summary>The task's sections; none where it has no picture or the output no rows.</summary>
    public static async Task<IReadOnlyList<PageSection>> ReadAsync(FinishedOutput output, CancellationToken cancellationToken)
    {
        if (!Table.TryGetValue(output.Spec.Task, out var draw))
        {
            return [];
        }

        var sample = await RowsSample.ReadAsync(output, SampleRows, cancellationToken);
        return sample.Count > 0 ? [.. draw(output.Spec, sample)] : [];
    }

    static IEnumerable<PageSection> Labels(JobSpec spec, RowsSample sample)
    {
        var isList = spec.Classify.TopK > 1 || spec.Classify.Candidates.Count > 0;
        var best = isList
            ? sample.Cells("labels").Select(l => Cells.Texts(l).FirstOrDefault())
            : sample.Cells("label").Select(l => l?.ToString());
        var scores = isList
            ? sample.Cells("scores").Select(s => Cells.Numbers(s) is [var first, ..] ? first : (double?)null)
            : sample.Cells("score").Select(Cells.Number);
        yield return new PageSection("Labels", $"The best label of every row{sample.Of}.", CountsOf(best.OfType<string>(), "rows"));
        yield return new PageSection("Scores", $"Of the best label{sample.Of}.", ScoresOf(scores));
    }

    static IEnumerable<PageSection> Entities(JobSpec spec, RowsSample sample)
    {
        var all = sample.Cells("entities").SelectMany(Cells.Entities).ToList();
        var without = sample.Cells("entities").Count(c => Cells.Count(c) == 0);
        var rows = all.GroupBy(e => e.Label, StringComparer.Ordinal)
            .OrderByDescending(g => g.Count())
            .ThenBy(g => g.Key, StringComparer.Ordinal)
            .Take(MostLabels)
            .Select(g =>
                (IReadOnlyList<string>)
                    [
                        g.Key,
                        string.Join(
                            " · ",
                            g.GroupBy(e => e.Text, StringComparer.Ordinal)
                                .OrderByDescending(t => t.Count())
                                .ThenBy(t => t.Key, StringComparer.Ordinal)
                                .Take(MostExamples)
                                .Select(t => $"{Html.Shorten(t.Key, 40)}{(t.Count() > 1 ? $" ×{t.Count()}" : "")}")
                        ),
                        Text.Count(g.Count()),
                        g.Average(e => e.Score).ToString("0.00", CultureInfo.InvariantCulture),
                    ]
            );
        yield return new PageSection(
            "Entities",
            $"{Text.Count(all.Count)} entities, {Text.Plural(without, "row")} without any{sample.Of}.",
            all.Count == 0 ? "" : Html.Table(["label", "most frequent", "entities", "mean score"], rows, texts: 2)
        );
    }

    static IEnumerable<PageSection> Answers(JobSpec spec, RowsSample sample)
    {
        if (spec.Answer.TopK == 1)
        {
            var none = sample.Cells("answer").Count(a => a is null);
            yield return new PageSection(
                "Scores",
                $"Of the answers{sample.Of}{(none > 0 ? $"; {Text.Plural(none, "row")} without an answer" : "")}.",
                ScoresOf(sample.Cells("score").Select(Cells.Number))
            );
        }
    }

    static IEnumerable<PageSection> Terms(JobSpec spec, RowsSample sample)
    {
        var names = TermNames.Of(spec);
        var terms = new Dictionary<int, (int Rows, double Sum)>();
        foreach (var (indices, values) in sample.Cells("indices").Zip(sample.Cells("values")))
        {
            foreach (var (index, value) in Cells.Numbers(indices).Zip(Cells.Numbers(values)))
            {
                var (rows, sum) = terms.GetValueOrDefault((int)index);
                terms[(int)index] = (rows + 1, sum + value);
            }
        }

        yield return new PageSection(
            "Heaviest terms",
            $"By the sum of their weights{sample.Of}; {Text.Plural(terms.Count, "entry", "entries")} of the vocabulary have any.",
            Html.Table(
                ["term", "rows", "mean weight", "sum"],
                terms
                    .OrderByDescending(t => t.Value.Sum)
                    .ThenBy(t => t.Key)
                    .Take(MostTerms)
                    .Select(t =>
                        (IReadOnlyList<string>)
                            [
                                names[t.Key],
                                Text.Count(t.Value.Rows),
                                (t.Value.Sum / t.Value.Rows).ToString("0.000", CultureInfo.InvariantCulture),
                                t.Value.Sum.ToString("0.0", CultureInfo.InvariantCulture),
                            ]
                    )
            )
        );
        yield return new PageSection(
            "Weights per text",
            $"Entries that are not zero{sample.Of}.",
            Distribution(sample.Cells("indices").Select(Cells.Count), "weights")
        );
    }

    static string CountsOf(IEnumerable<string> names, string unit)
    {
        var groups = names
            .GroupBy(n => n, StringComparer.Ordinal)
            .OrderByDescending(g => g.Count())
            .ThenBy(g => g.Key, StringComparer.Ordinal)
            .ToList();
        var total = Math.Max(1, groups.Sum(g => g.Count()));
        var shown = groups.Take(MostLabels).Select(g => (g.Key, g.Count())).ToList();
        if (groups.Count > MostLabels)
        {
            shown.Add(($"{groups.Count - MostLabels} others", groups.Skip(MostLabels).Sum(g => g.Count())));
        }

        var most = shown.Count == 0 ? 1 : shown.Max(s => s.Item2);
        return new StackedBars(
            [
                .. shown.Select(s =>
                    (
                        s.Key,
                        $"{Text.Count(s.Item2)} ({Text.Percent(Math.Round((double)s.Item2 / total, 3))})",
                        new[] { (double)s.Item2 / most }
                    )
                ),
            ],
            [(1, unit)]
        ).Build();
    }

    /// <summary>Probabilities from 0 to 1; other numbers from their least to their largest.</summary>
    static string ScoresOf(IEnumerable<double?> found)
    {
        var scores = found.OfType<double>().Where(double.IsFinite).ToList();
        if (scores.Count == 0)
        {
            return "";
        }

        var (low, high) = (scores.Min(), scores.Max());
        var isShare = low >= 0 && high <= 1;
        var width = isShare ? 1.0 / Bars : Axis.Ticks(Math.Max(high - low, 1e-6), Bars)[1];
        var start = isShare ? 0 : Math.Floor(low / width) * width;
        var counts = new long[isShare ? Bars : (int)((high - start) / width) + 1];
        foreach (var score in scores)
        {
            counts[Math.Min(counts.Length - 1, (int)((score - start) / width))]++;
        }

        return new Histogram(counts, width, "score", Start: start).Build();
    }

    static string Distribution(IEnumerable<int> found, string unit)
    {
        var numbers = found.ToList();
        var width = Math.Max(1, Math.Ceiling(Axis.Ticks(numbers.Max() + 1, Bars)[1]));
        var counts = new long[(int)(numbers.Max() / width) + 1];
        foreach (var number in numbers)
        {
            counts[(int)(number / width)]++;
        }

        return new Histogram(counts, width, unit).Build();
    }
}
