using System.Text.Json.Nodes;
using ProcessingJob.Samples;
using ProcessingJob.Testing;

namespace ProcessingJob.Cli.Tests;

public sealed class AskTests : IDisposable
{
    const string Context =
        "The cast iron skillet weighs 2.4 kilograms 🙂. Basalt, the maker, was founded in Porto in 1974 by two brothers <who> had "
        + "worked in a shipyard.";
    readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(ModelFamily.Bert)]
    [InlineData(ModelFamily.Roberta)]
    [InlineData(ModelFamily.DistilBert)]
    public async Task Ask_Question_GivesCandidatesThatStandInTheText(ModelFamily family)
    {
        var run = await PjobRun.RunAsync(
            "ask",
            Model(family),
            "--context",
            _folder.Write("c.txt", Context),
            "--question",
            "Where was the maker founded?",
            "--json",
            "--top",
            "4"
        );
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        var found = JsonNode.Parse(run.Out)!;
        Assert.NotEqual(found["answer"] is null, found["why_none"] is null);
        Assert.Equal(4, found["candidates"]!.AsArray().Count);
        var runes = Context.EnumerateRunes().ToList();
        foreach (var candidate in found["candidates"]!.AsArray())
        {
            // Positions count code points, as in Python.
            var (start, end) = ((int)candidate!["start"]!, (int)candidate["end"]!);
            Assert.Equal((string)candidate["answer"]!, string.Concat(runes[start..end]));
        }
    }

    [Fact]
    public async Task Ask_LongText_IsReadInWindows()
    {
        var text = string.Join(' ', Enumerable.Repeat(Context, 12));
        var run = await PjobRun.RunAsync(
            "ask",
            Model(ModelFamily.Bert),
            "-c",
            _folder.Write("c.txt", text),
            "-q",
            "What?",
            "--html",
            _folder["p.html"]
        );
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("windows; this is window", File.ReadAllText(_folder["p.html"]));
    }

    [Fact]
    public async Task Ask_Plot_IsASafePageWithUniqueLabels()
    {
        await PjobRun.RunAsync(
            "ask",
            Model(ModelFamily.Bert),
            "-c",
            _folder.Write("c.txt", Context),
            "-q",
            "<b>What</b>?",
            "--html",
            _folder["p.html"]
        );
        var html = File.ReadAllText(_folder["p.html"]);
        PageChecks.AssertSelfContained(html);
        Assert.Contains("&lt;who&gt;", html);
        Assert.DoesNotContain("<b>", html);
        var labels = System
            .Text.RegularExpressions.Regex.Matches(html, "rotate\\(-90\\)\">([^<]*)<")
            .Select(m => m.Groups[1].Value)
            .ToList();
        Assert.Equal(labels.Count / 2, labels.Distinct().Count());
        await PageChecks.OpenAsync(_folder["p.html"]);
    }

    [Fact]
    public async Task Ask_Prompt_AnswersUntilAnEmptyLine()
    {
        var run = await PjobRun.RunAsync(
            "What?\nWho?\n\nNever asked?\n",
            ["ask", Model(ModelFamily.DistilBert), "-c", _folder.Write("c.txt", Context), "--top", "1"]
        );
        Assert.Equal(0, run.ExitCode);
        Assert.Equal(3, run.Error.Split("question (empty to end)>").Length - 1);
        Assert.InRange(run.Out.Split('\n').Count(l => l.Length > 0 && !l.StartsWith(' ')), 2, 2);
    }

    [Fact]
    public async Task Ask_EmptyText_HasNoAnswer()
    {
        var run = await PjobRun.RunAsync("ask", Model(ModelFamily.Bert), "-c", _folder.Write("c.txt", ""), "-q", "What?");
        Assert.Equal(0, run.ExitCode);
        Assert.StartsWith("no answer", run.Out);
    }

    [Theory]
    [InlineData("--json", "--question")]
    [InlineData("--top=0", "--top 0")]
    public async Task Ask_OptionsThatDoNotFit_AreExplained(string option, string expected)
    {
        var run = await PjobRun.RunAsync("ask", Model(ModelFamily.Bert), "-c", _folder.Write("c.txt", "x"), option);
        Assert.Equal(2, run.ExitCode);
        Assert.Contains(expected, run.Error);
    }

    static string Model(ModelFamily family) => ModelCache.Get(new() { Family = family, Head = ModelHead.QuestionAnswering });
}
