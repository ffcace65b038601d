using System.Text.RegularExpressions;
using ProcessingJob.Contract;
using ProcessingJob.Testing;

namespace ProcessingJob.EndToEnd.Tests;

/// <summary>
/// The pages in docs/ and README: their commands of pjob run as they stand there (blocks marked sh), in a folder with reviews.csv, a model
/// and a job.yaml; of commands that need an account or a network (blocks marked shell) the options are checked. Links lead somewhere.
/// docs/data.md and docs/tasks.md have tests of their own.
/// </summary>
public sealed partial class DocsPagesTests : IDisposable
{
    readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string> Pages =>
        [.. Directory.GetFiles(Repo.File("docs"), "*.md").Select(p => $"docs/{Path.GetFileName(p)}").Order(), "README.md"];

    [Theory, MemberData(nameof(Pages))]
    public async Task Page_Commands_Run(string page)
    {
        var text = File.ReadAllText(Repo.File(page));
        if (page is "docs/tasks.md" or "docs/orchestrators.md")
        {
            return;
        }

        Write(withJob: page != "README.md");
        foreach (var line in Lines(text, "sh"))
        {
            var ended = await RunAsync(Words(line));
            Assert.True(ended.ExitCode == 0, $"{line}: {ended.ExitCode}\n{ended.Out}{ended.Error}");
            Assert.NotEmpty(ended.Out);
        }

        foreach (var line in Lines(text, "shell"))
        {
            var ended = await RunAsync([.. Words(line), "--help"]);
            Assert.True(ended.ExitCode == 0, $"{line}: {ended.Error}");
        }
    }

    [Theory, MemberData(nameof(Pages))]
    public void Page_Links_LeadToFiles(string page)
    {
        var folder = Path.GetDirectoryName(Repo.File(page))!;
        var links = Reference().Matches(File.ReadAllText(Repo.File(page))).Select(m => m.Groups[1].Value).Where(l => !l.Contains("://"));
        Assert.All(
            links.Select(l => l.Split('#')[0]).Where(l => l.Length > 0),
            link => Assert.True(Path.Exists(Path.Combine(folder, link)), link)
        );
    }

    [Fact]
    public void Operations_ExitCodes_AreAllOfThem()
    {
        var listed = Regex.Matches(File.ReadAllText(Repo.File("docs", "operations.md")), @"^\| (\d+) \|", RegexOptions.Multiline);
        Assert.Equal(Enum.GetValues<ExitCode>().Select(c => (int)c), listed.Select(m => int.Parse(m.Groups[1].Value, null)));
    }

    [Fact]
    public void Operations_Messages_AreThoseOfTheCode()
    {
        var code = string.Concat(
            Directory
                .EnumerateFiles(Repo.File("src"), "*.cs", SearchOption.AllDirectories)
                .Where(f => !f.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
                .Select(File.ReadAllText)
        );
        var page = File.ReadAllText(Repo.File("docs", "operations.md"));
        var messages = Message()
            .Matches(page[page.IndexOf("## Messages", StringComparison.Ordinal)..])
            .Select(m => m.Groups[1].Value)
            .ToList();
        Assert.True(messages.Count > 20);
        Assert.All(messages, message => Assert.Contains(message, code, StringComparison.Ordinal));
    }

    void Write(bool withJob)
    {
        var rows = Enumerable.Range(0, 40).Select(i => $"r{i},\"the red dress number {i}, fits well\",{i % 5 + 1}\n");
        _folder.Write("reviews.csv", "id,text,stars\n" + string.Concat(rows));
        Link(Models.Tiny, "models", "minilm");
        // What README takes of the checkout and of the demo.
        Link(Models.Tiny, "out", "minilm");
        Link(Repo.File("scripts"), "scripts");
        // README writes its own.
        if (withJob)
        {
            _folder.Write(
                "job.yaml",
                """
                name: reviews
                task: embed
                model: models/minilm
                input: { data: reviews.csv, text: text, id: id, keep: [text, stars] }
                output: { data: out }

                """
            );
        }
    }

    void Link(string target, params string[] path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_folder[path])!);
        Directory.CreateSymbolicLink(_folder[path], target);
    }

    Task<Ended> RunAsync(string[] arguments)
    {
        var start = (Programs.Pjob with { Arguments = [.. Programs.Pjob.Arguments, .. arguments] }).ToStartInfo();
        start.WorkingDirectory = _folder.Path;
        start.Environment["ORT_DISABLE_TELEMETRY"] = "1";
        return EndAsync(start);
    }

    static async Task<Ended> EndAsync(System.Diagnostics.ProcessStartInfo start)
    {
        using var process = System.Diagnostics.Process.Start(start)!;
        process.StandardInput.Close();
        return await process.EndAsync();
    }

    static IEnumerable<string> Lines(string page, string language) =>
        Regex
            .Matches(page, $"^```{language}\n(.*?)^```", RegexOptions.Singleline | RegexOptions.Multiline)
            .SelectMany(m => m.Groups[1].Value.Split('\n'))
            .Select(line => Regex.Replace(line, @"\s+#.*$", ""))
            .Where(line => line.StartsWith("pjob ", StringComparison.Ordinal));

    static string[] Words(string line) => [.. Word().Matches(line).Skip(1).Select(m => m.Value.Trim('"'))];

    [GeneratedRegex("\"[^\"]*\"|\\S+")]
    private static partial Regex Word();

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Reference();

    [GeneratedRegex(@"^\| `([^`]+)` \|", RegexOptions.Multiline)]
    private static partial Regex Message();
}
