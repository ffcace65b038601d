using System.Text.Json;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Data.Columns;

namespace ProcessingJob.Worker.Tests;

/// <summary>All labels of every classifier of transformers, with the scores that its pipeline makes of the golden logits.</summary>
public class ClassifyGoldenTests
{
    public static TheoryData<string> Folders => TaskGoldens.Of("hf", "task", "seqcls");

    [Theory, MemberData(nameof(Folders))]
    public async Task Write_FolderOfTransformers_GivesThePipelinesScores(string name)
    {
        var folder = TaskGoldens.Folder("hf", name);
        var golden = TaskGoldens.Expected(folder);
        var config = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "config.json"))).RootElement;
        var problem = config.TryGetProperty("problem_type", out var type) ? type.GetString() : null;
        var cases = golden
            .GetProperty("texts")
            .EnumerateArray()
            .Zip(
                golden.GetProperty("outputs").EnumerateArray(),
                (text, output) => (Text: text, Logits: TaskGoldens.Numbers(output.GetProperty("logits")))
            )
            .ToArray();
        var count = cases[0].Logits.Length;
        var names = Enumerable.Range(0, count).Select(i => config.GetProperty("id2label").GetProperty($"{i}").GetString()).ToArray();
        var scale = cases.Max(c => c.Logits.Max(Math.Abs));
        foreach (var pairs in new[] { false, true })
        {
            var own = cases.Where(c => c.Text.ValueKind == JsonValueKind.Array == pairs).ToArray();
            if (own.Length == 0)
            {
                continue;
            }

            var spec = new JobSpec
            {
                Task = TaskKind.Classify,
                Input = new()
                {
                    Text = ["a"],
                    TextPair = pairs ? "b" : null,
                    Blank = BlankTexts.Embed,
                },
                Tokens = new() { MaxLength = golden.GetProperty("max_length").GetInt32() },
                Classify = new() { TopK = Math.Max(2, count) },
            };
            string[] lines =
            [
                .. own.Select(c =>
                    pairs
                        ? JsonSerializer.Serialize(new { a = c.Text[0].GetString(), b = c.Text[1].GetString() })
                        : JsonSerializer.Serialize(new { a = c.Text.GetString() })
                ),
            ];
            using var run = await TaskRun.Of(spec, folder, lines);
            Assert.Equal(own.Length, run.Rows.Count);
            var (labels, scores) = (run.Rows.Get<StructListColumn>("labels"), run.Rows.Get<ListColumn<float>>("scores"));
            for (var row = 0; row < own.Length; row++)
            {
                var wanted = Scores(own[row].Logits, problem);
                var found = scores[row].ToArray();
                Assert.Equal(found.OrderDescending(), found);
                for (var i = 0; i < count; i++)
                {
                    var label = ((StringColumn)labels.Fields[0])[labels.StartOf(row) + i].ToString();
                    var index = Array.IndexOf(names, label);
                    Assert.Equal(wanted[index], found[i], 1e-4 * Math.Max(1, scale));
                }
            }
        }
    }

    static double[] Scores(double[] logits, string? problem) =>
        problem == "regression" ? logits
        : problem == "multi_label_classification" || logits.Length == 1 ? [.. logits.Select(l => 1 / (1 + Math.Exp(-l)))]
        : [.. logits.Select(l => Math.Exp(l) / logits.Sum(Math.Exp))];
}
