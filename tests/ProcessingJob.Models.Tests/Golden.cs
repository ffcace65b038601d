using System.Text.Json;
using ProcessingJob.Models.Families;
using ProcessingJob.Models.Graphs;

namespace ProcessingJob.Models.Tests;

/// <summary>
/// A small model folder with what transformers 5.24 computes for it (expected.json), and the comparison of a graph with that.
/// Differences are relative to the largest value of a row; of classifiers, whose few logits may all be small, of all texts' logits.
/// </summary>
sealed class Golden
{
    static readonly string[] LayerKeys = ["num_hidden_layers", "n_layers", "n_layer", "num_layers"];

    readonly JsonElement _expected;
    readonly double _least;

    public Golden(string folder)
    {
        Folder = folder;
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "expected.json")));
        _expected = document.RootElement.Clone();
        Task = _expected.GetProperty("task").GetString()!;
        PaddingMatters = _expected.TryGetProperty("padding_matters", out var matters) && matters.GetBoolean();
        Rows = [.. _expected.GetProperty("inputs").EnumerateArray().Select(Inputs)];
        _least = Task == "seqcls" ? Outputs.Max(o => Floats(o.GetProperty("logits")).Max(Math.Abs)) : 1e-6;
        using var config = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "config.json")));
        Config = config.RootElement.Clone();
        PadId = Config.TryGetProperty("pad_token_id", out var pad) && pad.ValueKind == JsonValueKind.Number ? pad.GetInt64() : 0;
    }

    /// <summary>The folder of the golden folders that are part of the project.</summary>
    public static string OwnRoot { get; } = Path.Combine(AppContext.BaseDirectory, "goldens");

    public string Folder { get; }

    public JsonElement Config { get; }

    public int Layers =>
        LayerKeys.Where(key => Config.TryGetProperty(key, out _)).Select(key => Config.GetProperty(key).GetInt32()).First();

    /// <summary>base, seqcls, tokcls, qa, mlm, clip or clip_proj.</summary>
    public string Task { get; }

    /// <summary>True where padding changes the results in transformers itself.</summary>
    public bool PaddingMatters { get; }

    public IReadOnlyList<IReadOnlyDictionary<string, long[]>> Rows { get; }

    public long PadId { get; }

    IEnumerable<JsonElement> Outputs => _expected.GetProperty("outputs").EnumerateArray();

    public GraphOptions Options(GraphForm form, GraphPrecision precision = GraphPrecision.Float32) =>
        new()
        {
            Form = form,
            Precision = precision,
            Pooler = Task is "clip" or "clip_proj",
            Head = Task switch
            {
                "seqcls" => GraphHead.SequenceClassification,
                "tokcls" => GraphHead.TokenClassification,
                "qa" => GraphHead.QuestionAnswering,
                "mlm" => GraphHead.MaskedLanguageModel,
                _ => GraphHead.None,
            },
        };

    public static Golden Own(string name) => new(Path.Combine(OwnRoot, name));

    /// <summary>Builds and runs the folder's graph, and compares.</summary>
    public double Difference(GraphForm form, GraphPrecision precision)
    {
        using var graph = EncoderGraph.Build(Folder, Options(form, precision));
        using var session = new GraphSession(graph);
        return Difference(session);
    }

    /// <summary>The largest relative difference of any text, each alone and, where padding does not matter, all as one batch.</summary>
    public double Difference(GraphSession session)
    {
        var largest = 0.0;
        var texts = Rows.Zip(Outputs).ToArray();
        foreach (var (row, expected) in texts)
        {
            largest = Math.Max(largest, Difference(expected, session.Run([row], PadId), 0, row["input_ids"].Length));
        }

        if (!PaddingMatters)
        {
            var all = session.Run(Rows, PadId);
            foreach (var (i, (row, expected)) in texts.Index())
            {
                largest = Math.Max(largest, Difference(expected, all, i, row["input_ids"].Length));
            }
        }

        return largest;
    }

    double Difference(JsonElement expected, Dictionary<string, (float[] Values, long[] Shape)> outputs, int text, int tokens)
    {
        var largest = 0.0;
        foreach (var (found, wanted) in Pairs(expected, outputs, text, tokens))
        {
            Assert.Equal(wanted.Length, found.Length);
            var scale = Math.Max(wanted.Max(Math.Abs), _least);
            foreach (var (a, b) in found.Zip(wanted))
            {
                largest = double.IsFinite(a) ? Math.Max(largest, Math.Abs(a - b) / scale) : double.PositiveInfinity;
            }
        }

        return largest;
    }

    IEnumerable<(double[] Found, double[] Wanted)> Pairs(
        JsonElement expected,
        Dictionary<string, (float[] Values, long[] Shape)> outputs,
        int text,
        int tokens
    )
    {
        // Rows of an output of [b, s, w] or [b, w]: the last axis.
        double[] Row(string name, int token)
        {
            var (values, shape) = outputs[name];
            var width = (int)shape[^1];
            var at = shape.Length == 3 ? (text * (int)shape[1] + token) * width : text * width;
            return [.. values.AsSpan(at, width).ToArray().Select(v => (double)v)];
        }

        switch (Task)
        {
            case "seqcls":
                yield return (Row("logits", 0), Floats(expected.GetProperty("logits")));
                break;
            case "tokcls":
                foreach (var pair in TokenRows(expected, "logits", token => Row("logits", token)))
                {
                    yield return pair;
                }

                break;
            case "qa":
                yield return (Row("start_logits", 0)[..tokens], Floats(expected.GetProperty("start")));
                yield return (Row("end_logits", 0)[..tokens], Floats(expected.GetProperty("end")));
                break;
            case "mlm":
                foreach (var pair in Vocabulary(expected, [.. Enumerable.Range(0, tokens).Select(token => Row("logits", token))]))
                {
                    yield return pair;
                }

                break;
            default:
                foreach (var pair in TokenRows(expected, "hidden", token => Row("last_hidden_state", token)))
                {
                    yield return pair;
                }

                yield return (Row("last_hidden_state", 0), Floats(expected.GetProperty("cls")));
                var rows = Enumerable.Range(0, tokens).Select(token => Row("last_hidden_state", token)).ToArray();
                yield return ([.. rows[0].Select((_, i) => rows.Average(row => row[i]))], Floats(expected.GetProperty("mean")));
                foreach (var (key, output) in new[] { ("pooled", "pooler_output"), ("text_embeds", "text_embeds") })
                {
                    if (expected.TryGetProperty(key, out var vector))
                    {
                        yield return (Row(output, 0), Floats(vector));
                    }
                }

                break;
        }
    }

    static IEnumerable<(double[], double[])> TokenRows(JsonElement expected, string key, Func<int, double[]> row) =>
        expected
            .GetProperty("tokens")
            .EnumerateArray()
            .Zip(expected.GetProperty(key).EnumerateArray(), (token, wanted) => (row(token.GetInt32()), Floats(wanted)));

    /// <summary>The largest logits of some tokens, and SPLADE's weights: the maximum over tokens of ln(1 + relu(logit)).</summary>
    static IEnumerable<(double[], double[])> Vocabulary(JsonElement expected, double[][] logits)
    {
        foreach (
            var (token, top) in expected.GetProperty("tokens").EnumerateArray().Zip(expected.GetProperty("top_logits").EnumerateArray())
        )
        {
            var (ids, values) = Sparse(top);
            yield return ([.. ids.Select(id => logits[token.GetInt32()][id])], values);
            yield return ([logits[token.GetInt32()].Max()], [values.Max()]);
        }

        var weights = logits[0].Select((_, id) => logits.Max(row => Math.Log(1 + Math.Max(row[id], 0)))).ToArray();
        var splade = expected.GetProperty("splade");
        var (terms, heaviest) = Sparse(splade.GetProperty("top"));
        yield return ([.. terms.Select(id => weights[id])], heaviest);
        yield return ([weights.Sum()], [splade.GetProperty("sum").GetDouble()]);
        yield return ([Math.Sqrt(weights.Sum(w => w * w))], [splade.GetProperty("norm").GetDouble()]);
    }

    static (int[] Ids, double[] Values) Sparse(JsonElement map)
    {
        var entries = map.EnumerateObject().ToArray();
        return ([.. entries.Select(e => int.Parse(e.Name))], [.. entries.Select(e => e.Value.GetDouble())]);
    }

    static Dictionary<string, long[]> Inputs(JsonElement row) =>
        row.EnumerateObject().ToDictionary(p => p.Name, p => p.Value.EnumerateArray().Select(v => v.GetInt64()).ToArray());

    static double[] Floats(JsonElement list) => [.. list.EnumerateArray().Select(v => v.GetDouble())];
}
