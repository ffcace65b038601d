using System.Text.Json;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Inference.Engine;
using ProcessingJob.Inference.Heads;
using ProcessingJob.Models.Folders;
using ProcessingJob.Models.Modules;
using ProcessingJob.Tokenization;

namespace ProcessingJob.Inference.Tests;

/// <summary>
/// A folder that sentence-transformers wrote, with what it gave for each call (expected.json), run here through tokenizer, graph and heads.
/// </summary>
static class SentenceGolden
{
    /// <summary>Runs all calls that give float32 vectors.</summary>
    /// <returns>The largest difference of any row, relative to the row's largest value, and the call it is in.</returns>
    public static async Task<(double Difference, string Call)> DifferenceAsync(string folder)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "expected.json")));
        var (worst, where) = (0.0, "none");
        var count = 0;
        foreach (var call in Calls(folder, document.RootElement))
        {
            var difference = await DifferenceAsync(folder, call);
            count++;
            if (!(difference <= worst))
            {
                (worst, where) = (difference, $"{call.GetProperty("call")} {Arguments(call)}");
            }
        }

        Assert.True(count > 0);
        return (worst, where);
    }

    /// <summary>model2vec's own values are right without modules.json, sentence-transformers' with it.</summary>
    static IEnumerable<JsonElement> Calls(string folder, JsonElement expected)
    {
        var all = expected.GetProperty("calls").EnumerateArray();
        return expected.TryGetProperty("model2vec_version", out _)
            ? File.Exists(Path.Combine(folder, "modules.json"))
                ? all.Where(c => c.GetProperty("call").GetString() == "SentenceTransformer(folder).encode")
                : all.Take(1)
            : all.Where(c => c.GetProperty("call").GetString()!.StartsWith("encode", StringComparison.Ordinal) && !Has(c, "precision"));
    }

    static async Task<double> DifferenceAsync(string folder, JsonElement call)
    {
        var role = call.GetProperty("call").GetString() switch
        {
            "encode_query" => TextRole.Query,
            "encode_document" => TextRole.Document,
            _ => TextRole.None,
        };
        var model = ModelFolder.Open(folder, new ModelOptions { Task = TaskKind.Embed, Role = role });
        var tokenizer = Tokenizer.Load(model.EncoderFolder);
        var prompt = model.Prompt(Text(call, "prompt"), Text(call, "prompt_name"));
        var maxLength = model.MaxLength(tokenizer);
        using var engine = InferenceEngine.Create(
            model,
            new EngineOptions
            {
                Device = DeviceKind.Cpu,
                MaxLength = maxLength,
                Embed = new EmbedOptions
                {
                    PromptTokens = model.PromptTokens(tokenizer, prompt),
                    Dimensions = Argument(call, "truncate_dim")?.GetInt32(),
                    Normalize = Argument(call, "normalize_embeddings")?.GetBoolean(),
                },
            }
        );
        var encoder = tokenizer.CreateEncoder(model.Encoding(maxLength));
        var block = new EncodingBuffer();
        foreach (var input in call.GetProperty("inputs").EnumerateArray())
        {
            var text = prompt + input.GetString();
            encoder.Encode(Cut(model, text), block);
        }

        RequireIds(model, call, block);
        using var result = await engine.RunAsync(block, TestContext.Current.CancellationToken);
        // A dimension that is asked for is a Matryoshka's: cut, then normalized where the folder normalizes; the library only cuts.
        var unit = Has(call, "truncate_dim") && model.Normalize;
        return call.GetProperty("values").EnumerateArray().Select((row, i) => RowDifference(row, unit, result.Row(i).ToArray())).Max();
    }

    static string Cut(ModelFolder model, string text) =>
        model.Route!.Encoder is Model2VecModule own
            ? string.Concat(text.EnumerateRunes().Take((int)own.MaxCharacters).Select(r => r.ToString()))
            : text;

    static void RequireIds(ModelFolder model, JsonElement call, EncodingBuffer block)
    {
        // model2vec's ids are recorded after it has dropped the unknown ones.
        if (!call.TryGetProperty("input_ids", out var expected) || model.Route!.Encoder is Model2VecModule)
        {
            return;
        }

        var row = 0;
        foreach (var ids in expected.EnumerateArray())
        {
            Assert.Equal(ids.EnumerateArray().Select(v => v.GetInt32()), block.Ids(row++).ToArray());
        }
    }

    static double RowDifference(JsonElement expected, bool unit, float[] found)
    {
        var values = expected.EnumerateArray().Select(v => v.GetDouble()).ToArray();
        Assert.Equal(values.Length, found.Length);
        var length = unit ? Math.Sqrt(values.Sum(v => v * v)) : 1;
        values = [.. values.Select(v => v / length)];
        var largest = Math.Max(1e-6, values.Max(Math.Abs));
        return values.Zip(found, (a, b) => Math.Abs(a - b) / largest).Max();
    }

    static JsonElement? Argument(JsonElement call, string name) =>
        call.TryGetProperty("arguments", out var arguments) && arguments.TryGetProperty(name, out var value) ? value : null;

    static bool Has(JsonElement call, string argument) => Argument(call, argument) is not null;

    static string? Text(JsonElement call, string argument) => Argument(call, argument)?.GetString();

    static string Arguments(JsonElement call) => call.TryGetProperty("arguments", out var arguments) ? arguments.ToString() : "";
}
