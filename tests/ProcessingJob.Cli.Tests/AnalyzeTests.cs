using System.Text.Json;
using System.Text.Json.Nodes;
using CsCheck;
using ProcessingJob.Cli.Analyze;
using ProcessingJob.Testing;

namespace ProcessingJob.Cli.Tests;

public sealed class AnalyzeTests : IDisposable
{
    readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Analyze_KnownData_CountsWhatIsThere()
    {
        string[] texts = ["one two three", "one two three", "  ", "короткий текст", string.Join(' ', Enumerable.Repeat("word", 300))];
        _folder.Write(
            "data/a.jsonl",
            string.Concat(texts.Select(t => JsonSerializer.Serialize(new { text = t }) + "\n")) + "{\"other\":1}\n"
        );
        var run = await PjobRun.RunAsync("analyze", Spec(), "--all", "--json", "--html", _folder["a.html"]);
        Assert.Equal(0, run.ExitCode);
        var result = JsonNode.Parse(run.Out)!;
        Assert.Equal(6, (int)result["records"]!);
        Assert.Equal(2, (int)result["rejects"]!["missing_text"]!);
        Assert.Equal((4, 2, 1), ((int)result["texts"]!, (int)result["empty"]!, (int)result["duplicates"]!));
        Assert.Equal((300, 3), ((int)result["words"]!["max"]!, (int)result["words"]!["p50"]!));
        Assert.Equal((3, 1), ((int)result["scripts"]!["Latin"]!, (int)result["scripts"]!["Cyrillic"]!));
        // One text of four is longer than any limit of the model.
        Assert.Equal(128, (int)result["recommended_max_length"]!);
        Assert.Equal(0.25, (double)result["limits"]!.AsArray()[^1]!["texts_cut"]!, 1e-9);
        PageChecks.AssertSelfContained(File.ReadAllText(_folder["a.html"]));
        await PageChecks.OpenAsync(_folder["a.html"]);
    }

    [Fact]
    public async Task Analyze_SharedReviews_AgreesWithTheReferenceTokenizer()
    {
        if (!Node.TryFind(out var reason) || !SharedData.TryFind("corpora/short_reviews.jsonl", out var corpus, out reason))
        {
            Assert.Skip(reason);
            return;
        }
        var lines = File.ReadLines(corpus).Take(400).ToArray();
        _folder.Write("data/a.jsonl", string.Concat(lines.Select(l => l + "\n")));
        // Hugging Face's tokenizer gives the ids of each text; they are shorter than any truncation here.
        var model = ModelCache.Get(new());
        await Node.RunAsync(
            "embed.mjs",
            ["--model", model, "--texts", _folder["data", "a.jsonl"], "--out", _folder["theirs"]],
            cancellationToken: TestContext.Current.CancellationToken
        );
        var theirs = File.ReadLines(_folder["theirs.ids.jsonl"]).Select(l => JsonSerializer.Deserialize<int[]>(l)!.Length).ToList();
        var limit = 128;
        var run = await PjobRun.RunAsync("analyze", Spec(), "--all", "--json");
        Assert.Equal("", run.Error);
        var tokens = JsonNode.Parse(run.Out)!["tokens"]!;
        var sorted = theirs.Order().ToList();
        Assert.Equal(sorted[(int)Math.Ceiling(0.5 * sorted.Count) - 1], (int)tokens["p50"]!);
        if (sorted[^1] < limit)
        {
            Assert.Equal(sorted[^1], (int)tokens["max"]!);
            Assert.Equal(theirs.Average(), (double)tokens["mean"]!, 0.006);
        }
        var cut = JsonNode.Parse(run.Out)!["limits"]!.AsArray().First(l => (int)l!["max_length"]! == 32)!;
        Assert.Equal(theirs.Count(t => t > 32) / (double)theirs.Count, (double)cut["texts_cut"]!, 1e-9);
    }

    [Fact]
    public void LengthCounts_AnyLengths_EqualTheSortedList() =>
        Gen.Int[0, 40]
            .Array[1, 60]
            .Sample(lengths =>
            {
                var counts = new LengthCounts();
                foreach (var length in lengths)
                {
                    counts.Add(length);
                }

                var sorted = lengths.Order().ToArray();
                foreach (var share in new[] { 0.01, 0.5, 0.9, 0.99, 1 })
                {
                    Assert.Equal(sorted[Math.Max(0, (int)Math.Ceiling(share * sorted.Length) - 1)], counts.Percentile(share));
                }

                Assert.Equal(
                    (sorted.Count(l => l > 20), sorted.Where(l => l > 20).Sum(l => (long)l - 20)),
                    (counts.Over(20).Texts, counts.Over(20).Beyond)
                );
                Assert.Equal(sorted.Length, counts.Histogram(7, 4).Sum());
            });

    [Fact]
    public void PaddingCost_AnyLengths_IsBetweenTheTokensAndPaddingAllToTheLimit() =>
        Gen.Int[1, 300]
            .Array[1, 200]
            .Sample(lengths =>
            {
                var cost = new PaddingCost([64, 1000]);
                foreach (var length in lengths)
                {
                    cost.Add(length);
                }

                Assert.InRange(cost.Tokens[0], lengths.Sum(l => Math.Min(l, 64)), 64L * lengths.Length);
                Assert.InRange(cost.Tokens[1], lengths.Sum(), 300L * lengths.Length);
            });

    [Theory]
    [InlineData("plain English", "Latin")]
    [InlineData("これは日本語です", "Japanese")]
    [InlineData("这是中文", "Han")]
    [InlineData("한국어 텍스트", "Hangul")]
    [InlineData("мы говорим ok", "Cyrillic")]
    [InlineData("עברית", "Hebrew")]
    [InlineData("हिन्दी", "Devanagari")]
    [InlineData("👍👍", "Emoji")]
    [InlineData("good 👍👍👍👍👍👍", "Latin")]
    [InlineData("12 + 3", "no letters")]
    [InlineData("", "no letters")]
    public void MainOf_Text_IsItsScript(string text, string expected) => Assert.Equal(expected, Scripts.MainOf(text));

    [Fact]
    public void Of_AnyLetterOfTheTable_IsFoundByBinarySearch()
    {
        Assert.Equal("Thai", Scripts.Of('ก'));
        Assert.Equal("Han", Scripts.Of(0x20000));
        Assert.Null(Scripts.Of('1'));
        Assert.Null(Scripts.Of(0x10FFFF));
    }

    [Fact]
    public async Task Analyze_Sample_LooksAtPartOfTheRowsAndSaysSo()
    {
        _folder.Write("data/a.jsonl", string.Concat(Enumerable.Range(0, 3000).Select(i => $"{{\"text\":\"text number {i}\"}}\n")));
        var run = await PjobRun.RunAsync("analyze", Spec(), "--sample", "200", "--json");
        var result = JsonNode.Parse(run.Out)!;
        Assert.Equal((true, 200), ((bool)result["is_sample"]!, (int)result["texts"]!));
        var all = JsonNode.Parse((await PjobRun.RunAsync("analyze", Spec(), "--all", "--json")).Out)!;
        Assert.Equal((false, 3000), ((bool)all["is_sample"]!, (int)all["texts"]!));
        Assert.Contains("(a sample)", (await PjobRun.RunAsync("analyze", Spec(), "--sample", "200")).Out);
    }

    [Fact]
    public async Task Analyze_Pairs_CountsBothTextsWithTheirSpecialTokens()
    {
        _folder.Write("data/a.jsonl", "{\"text\":\"one two\",\"other\":\"three\"}\n");
        var model = ModelCache.Get(new() { Head = Samples.ModelHead.SequenceClassification });
        var run = await PjobRun.RunAsync("analyze", Spec(), "--task", "classify", "--model", model, "--input.text_pair", "other", "--json");
        var tokenizer = Tokenization.Tokenizer.Load(model);
        var pair = new Tokenization.EncodingBuffer();
        tokenizer.CreateEncoder(new()).Encode("one two", "three", pair);
        var result = JsonNode.Parse(run.Out)!;
        Assert.Equal((3, pair.Length(0)), ((int)result["words"]!["max"]!, (int)result["tokens"]!["max"]!));
    }

    [Fact]
    public async Task Analyze_NoModelFolder_SaysSo()
    {
        _folder.Write("data/a.jsonl", "{\"text\":\"x\"}\n");
        var run = await PjobRun.RunAsync("analyze", Spec(), "--model", _folder["none"]);
        Assert.Equal(4, run.ExitCode);
        Assert.Contains("is not a folder on this machine", run.Error);
    }

    string Spec() =>
        _folder.Write(
            "job.yaml",
            $"task: embed\nmodel: {ModelCache.Get(new())}\ninput: {{ data: {_folder["data"]}, text: text }}\noutput: {{ data: "
                + $"{_folder["out"]} }}\n"
        );
}
