using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using ProcessingJob.Testing;

namespace ProcessingJob.Samples.Tests;

/// <summary>Hugging Face's own code takes the folders for what they claim to be.</summary>
public class ReferenceTests
{
    static readonly string[] Texts = [.. SampleTexts.Reviews(5, 60)];

    [Theory]
    [InlineData(ModelFamily.Bert)]
    [InlineData(ModelFamily.Roberta)]
    [InlineData(ModelFamily.DistilBert)]
    [InlineData(ModelFamily.XlmRoberta)]
    public async Task HuggingFace_AnyFamily_TokenizesAndEmbedsAsAPlainRunDoes(ModelFamily family)
    {
        if (!Node.TryFind(out var reason))
        {
            Assert.Skip(reason);
        }

        using var temp = new TempFolder();
        var model = ModelCache.Get(new() { Family = family });
        await Node.RunAsync("embed.mjs", ["--model", model, "--texts", WriteTexts(temp), "--out", temp["out"]]);

        using var run = new PlainRun(model);
        var rows = MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(temp["out"])).ToArray().Chunk(ModelSize.Tiny.Hidden).ToList();
        var ids = File.ReadLines(temp["out.ids.jsonl"]).Select(line => JsonSerializer.Deserialize<long[]>(line)!).ToList();
        Assert.Equal(Texts.Length, rows.Count);
        Assert.All(
            ids.Zip(rows),
            pair => Assert.InRange(TensorPrimitives.CosineSimilarity<float>(run.Mean(pair.First), pair.Second), 0.999999f, 1.000001f)
        );
        // Texts of some length are told apart.
        var different = from i in Enumerable.Range(0, rows.Count - 1) select TensorPrimitives.CosineSimilarity<float>(rows[i], rows[i + 1]);
        Assert.InRange(different.Average(), -0.5, 0.97);
        Assert.Equal(ids, await RustIds(model, temp));
    }

    [Fact]
    public async Task TransformersJs_QuestionAnswering_AnswersFromTheContext()
    {
        if (!Node.TryFind(out var reason))
        {
            Assert.Skip(reason);
        }

        using var temp = new TempFolder();
        var model = ModelCache.Get(new() { Head = ModelHead.QuestionAnswering });
        const string Context = "The lamp has a warm light and a solid base, and the cable is only 1.2 m long.";
        var texts = temp.Write("qa.jsonl", JsonSerializer.Serialize(new { question = "How long is the cable?", context = Context }) + "\n");
        await Node.RunAsync("qa.mjs", ["--model", model, "--texts", texts, "--out", temp["out"]]);

        var best = JsonDocument.Parse(File.ReadAllText(temp["out"])).RootElement[0];
        Assert.InRange(best.GetProperty("score").GetDouble(), 0, 1);
        Assert.NotEmpty(best.GetProperty("answer").GetString()!);
    }

    [Fact]
    public async Task TransformersJs_Classification_GivesTheLabelsOfTheConfig()
    {
        if (!Node.TryFind(out var reason))
        {
            Assert.Skip(reason);
        }

        using var temp = new TempFolder();
        var model = ModelCache.Get(
            new()
            {
                Family = ModelFamily.DistilBert,
                Head = ModelHead.SequenceClassification,
                Labels = ["bad", "good"],
            }
        );
        await Node.RunAsync("classify.mjs", ["--model", model, "--texts", WriteTexts(temp), "--out", temp["out"], "--top-k", "2"]);

        var lines = File.ReadLines(temp["out"]).Select(line => JsonDocument.Parse(line).RootElement.EnumerateArray().ToList()).ToList();
        Assert.Equal(Texts.Length, lines.Count);
        Assert.All(lines, line => Assert.Equal(["bad", "good"], line.Select(entry => entry.GetProperty("label").GetString()).Order()));
        Assert.All(lines, line => Assert.Equal(1, line.Sum(entry => entry.GetProperty("score").GetDouble()), 1e-5));
        Assert.Equal(2, lines.Select(line => line[0].GetProperty("label").GetString()).Distinct().Count());
    }

    /// <summary>What Hugging Face's tokenizers, the Rust one, makes of the texts.</summary>
    static async Task<List<long[]>> RustIds(string model, TempFolder temp)
    {
        File.WriteAllBytes(
            temp["utf16"],
            [.. Texts.SelectMany(text => BitConverter.GetBytes(text.Length).Concat(Encoding.Unicode.GetBytes(text)))]
        );
        var job = new
        {
            tokenizer = Path.Combine(model, "tokenizer.json"),
            engine = "0.23",
            texts = temp["utf16"],
            @out = temp["rust"],
            maxLength = ModelSize.Tiny.MaxLength,
            specials = true,
        };
        await Node.RunAsync("encode.mjs", [], JsonSerializer.Serialize(new[] { job }));

        // Per text: encodings (1), ids, the ids.
        var numbers = MemoryMarshal.Cast<byte, int>(File.ReadAllBytes(temp["rust"])).ToArray();
        var rows = new List<long[]>();
        for (var at = 0; at < numbers.Length; at += 2 + numbers[at + 1])
        {
            rows.Add([.. numbers.AsSpan(at + 2, numbers[at + 1]).ToArray().Select(id => (long)id)]);
        }

        return rows;
    }

    static string WriteTexts(TempFolder temp) =>
        temp.Write("texts.jsonl", string.Concat(Texts.Select(text => JsonSerializer.Serialize(new { text }) + "\n")));
}
