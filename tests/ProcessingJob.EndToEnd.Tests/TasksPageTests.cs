using System.Text.Json;
using System.Text.RegularExpressions;
using DuckDB.NET.Data;
using ProcessingJob.Samples;
using ProcessingJob.Testing;

namespace ProcessingJob.EndToEnd.Tests;

/// <summary>docs/tasks.md: its jobs and commands run as they stand there, and its queries read what they wrote.</summary>
public sealed partial class TasksPageTests : IDisposable
{
    static readonly string Page = File.ReadAllText(Repo.File("docs", "tasks.md"));

    /// <summary>Each task's own picture in the report.</summary>
    static readonly Dictionary<string, string[]> Pictures = new()
    {
        ["embed"] = ["Embeddings"],
        ["sparse"] = ["Heaviest terms", "Weights per text"],
        ["multivector"] = ["Vectors per text"],
        ["classify"] = ["Labels", "Scores"],
        ["candidates"] = ["Labels", "Scores"],
        ["tag"] = ["Entities"],
        ["rerank"] = ["Scores"],
        ["answer"] = ["Scores"],
    };
    readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string> Sections => [.. Section().Matches(Page).Select(m => m.Groups[1].Value)];

    [Theory, MemberData(nameof(Sections))]
    public async Task Section_JobCommandsAndQuery_Run(string name)
    {
        WriteInputs(name);
        var text = Section().Matches(Page).Single(m => m.Groups[1].Value == name).Groups[2].Value;
        var job = Block(text, "yaml");
        Assert.Equal(6, job.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        _folder.Write($"{name}.yaml", job);
        foreach (var line in Block(text, "sh").Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var words = Word().Matches(line).Select(m => m.Value.Trim('"')).ToArray();
            Assert.Equal("pjob", words[0]);
            var ended = await RunAsync(words[1..]);
            Assert.True(ended.ExitCode == 0, $"{line}: {ended.Error}");
            Assert.NotEmpty(ended.Out);
        }

        Assert.Equal(0, (await RunAsync(["report", name, "--out", "r.html"])).ExitCode);
        var html = File.ReadAllText(_folder["r.html"]);
        Assert.All(Pictures.GetValueOrDefault(name, []), heading => Assert.Contains($"<h2>{heading}</h2>", html));
        // A row of several encodings would be counted more than once.
        Assert.Equal(name == "candidates", html.Contains("<small>encodings</small>", StringComparison.Ordinal));
        Assert.DoesNotContain(", , ", html);

        using var db = new DuckDBConnection("DataSource=:memory:");
        db.Open();
        using var query = db.CreateCommand();
        query.CommandText = Block(text, "sql").Replace($"'{name}/data/", $"'{_folder[name]}/data/", StringComparison.Ordinal);
        using var rows = query.ExecuteReader();
        var count = 0;
        while (rows.Read())
        {
            count++;
            Assert.All(Enumerable.Range(0, rows.FieldCount), i => Assert.NotNull(rows.GetValue(i)));
        }

        Assert.True(count > 0);
        foreach (var part in Directory.GetFiles(_folder[name, "data"], "*.parquet"))
        {
            var values = await PartValues.ByArrowAsync(part);
            Assert.NotEmpty(values);
            Assert.Equal(values, PartValues.ByDuckDb(db, part));
        }
    }

    [Fact]
    public void Sections_AreTheTasksOfTheTable()
    {
        var listed = Regex.Matches(Page, @"\]\(#(\w+)\)").Select(m => m.Groups[1].Value);
        Assert.Equal(listed, Section().Matches(Page).Select(m => m.Groups[1].Value));
    }

    async Task<Ended> RunAsync(string[] arguments)
    {
        var start = (Programs.Pjob with { Arguments = [.. Programs.Pjob.Arguments, .. arguments] }).ToStartInfo();
        start.WorkingDirectory = _folder.Path;
        start.Environment["ORT_DISABLE_TELEMETRY"] = "1";
        using var process = System.Diagnostics.Process.Start(start)!;
        process.StandardInput.Close();
        return await process.EndAsync();
    }

    void WriteInputs(string name)
    {
        var texts = SampleTexts.Reviews(3, 24).ToArray();
        _folder.Write("reviews.jsonl", Lines(texts.Select((text, i) => new { id = $"r{i}", text })));
        _folder.Write(
            "pairs.jsonl",
            Lines(
                texts.Select(
                    (document, i) =>
                        new
                        {
                            id = $"d{i}",
                            query = i % 2 == 0 ? "sea" : "music",
                            document,
                        }
                )
            )
        );
        _folder.Write(
            "questions.jsonl",
            Lines(
                texts.Select(
                    (context, i) =>
                        new
                        {
                            id = $"q{i}",
                            question = "what is it?",
                            context,
                        }
                )
            )
        );
        Directory.CreateDirectory(_folder["models"]);
        Directory.CreateSymbolicLink(_folder["models", name], ModelOf(name));
    }

    static string ModelOf(string name) =>
        name switch
        {
            "sparse" => Own("folders", "splade-max"),
            "multivector" => Own("folders", "colbert"),
            "classify" => ModelCache.Get(new() { Head = ModelHead.SequenceClassification }),
            "candidates" => ModelCache.Get(
                new() { Head = ModelHead.SequenceClassification, Labels = ["contradiction", "neutral", "entailment"] }
            ),
            "tag" => Own("goldens", "bert-tokcls"),
            "rerank" => Own("folders", "ce-1-default"),
            "answer" => ModelCache.Get(new() { Head = ModelHead.QuestionAnswering }),
            "embed" or "tokenize" => Models.Tiny,
            _ => throw new ArgumentException($"docs/tasks.md has a section '{name}' that this test knows no model for", nameof(name)),
        };

    static string Own(string set, string name) => Repo.File("tests", "ProcessingJob.Models.Tests", set, name);

    static string Lines<T>(IEnumerable<T> rows) => string.Concat(rows.Select(r => JsonSerializer.Serialize(r) + "\n"));

    static string Block(string text, string language) =>
        Regex.Match(text, $"```{language}\n(.*?)```", RegexOptions.Singleline).Groups[1].Value is { Length: > 0 } block
            ? block
            : throw new InvalidOperationException($"a section of docs/tasks.md has no {language} block");

    [GeneratedRegex(@"^## (\w+)\n(.*?)(?=^## |\z)", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Section();

    [GeneratedRegex("\"[^\"]*\"|\\S+")]
    private static partial Regex Word();
}
