using System.Text.Json;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Testing;

namespace ProcessingJob.Worker.Tests;

/// <summary>Model folders with what their libraries gave (expected.json): copies here, and more beside the checkout.</summary>
static class TaskGoldens
{
    static readonly Dictionary<string, string> Own = new()
    {
        ["st"] = Repo.File("tests", "ProcessingJob.Models.Tests", "folders"),
        ["hf"] = Repo.File("tests", "ProcessingJob.Models.Tests", "goldens"),
    };
    static readonly string Shared = Path.GetFullPath(Repo.File("..", "shared", "goldens"));

    /// <summary>Names of the folders whose expected.json says this of itself.</summary>
    public static TheoryData<string> Of(string set, string key, string value)
    {
        var names = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var root in (string[])[Own[set], Path.Combine(Shared, set)])
        {
            foreach (var folder in Directory.Exists(root) ? Directory.GetDirectories(root) : [])
            {
                var file = Path.Combine(folder, "expected.json");
                if (
                    File.Exists(file)
                    && IsWhole(set, folder)
                    && File.ReadLines(file).Take(12).Any(line => line.Contains($"\"{key}\": \"{value}\"", StringComparison.Ordinal))
                )
                {
                    names.Add(Path.GetFileName(folder));
                }
            }
        }

        return [.. names];
    }

    public static string Folder(string set, string name) =>
        Own.TryGetValue(set, out var own) && Directory.Exists(Path.Combine(own, name)) && IsWhole(set, Path.Combine(own, name))
            ? Path.Combine(own, name)
            : Path.Combine(Shared, set, name);

    /// <summary>Folders that only graphs are compared with have no tokenizer.</summary>
    static bool IsWhole(string set, string folder) => set != "hf" || File.Exists(Path.Combine(folder, "tokenizer.json"));

    public static JsonElement Expected(string folder)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "expected.json")));
        return document.RootElement.Clone();
    }

    public static IEnumerable<JsonElement> Calls(JsonElement expected, string prefix) =>
        expected
            .GetProperty("calls")
            .EnumerateArray()
            .Where(c => c.GetProperty("call").GetString()!.StartsWith(prefix, StringComparison.Ordinal));

    public static JsonElement? Argument(JsonElement call, string name) =>
        call.TryGetProperty("arguments", out var arguments) && arguments.TryGetProperty(name, out var value) ? value : null;

    public static TextRole RoleOf(JsonElement call) =>
        call.GetProperty("call").GetString() switch
        {
            "encode_query" => TextRole.Query,
            "encode_document" => TextRole.Document,
            _ => TextRole.None,
        };

    /// <summary>A job over a jsonl file, with the call's prompt; blank texts are rows like others.</summary>
    public static JobSpec Spec(TaskKind task, JsonElement call) =>
        new()
        {
            Task = task,
            Input = new() { Text = ["a"], Blank = BlankTexts.Embed },
            Embed = new() { Role = RoleOf(call) },
            Tokens = new() { Prompt = Argument(call, "prompt")?.GetString(), PromptName = Argument(call, "prompt_name")?.GetString() },
        };

    /// <summary>A line for each input: a text, or a pair.</summary>
    public static string[] Lines(JsonElement call, string inputs = "inputs") =>
        [
            .. call.GetProperty(inputs)
                .EnumerateArray()
                .Select(i =>
                    i.ValueKind == JsonValueKind.String
                        ? JsonSerializer.Serialize(new { a = i.GetString() })
                        : JsonSerializer.Serialize(new { a = i[0].GetString(), b = i[1].GetString() })
                ),
        ];

    public static double[] Numbers(JsonElement list) => [.. list.EnumerateArray().Select(v => v.GetDouble())];

    /// <summary>The largest difference, relative to the largest value.</summary>
    public static double Difference(IReadOnlyList<double> expected, IReadOnlyList<double> found, double least = 1e-6)
    {
        Assert.Equal(expected.Count, found.Count);
        var largest = Math.Max(least, expected.Count == 0 ? 0 : expected.Max(Math.Abs));
        return expected.Count == 0 ? 0 : expected.Zip(found, (a, b) => Math.Abs(a - b) / largest).Max();
    }
}
