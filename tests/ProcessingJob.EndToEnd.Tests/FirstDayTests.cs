using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ProcessingJob.Testing;

namespace ProcessingJob.EndToEnd.Tests;

/// <summary>
/// What a newcomer types, right and wrong: each gives the result, or one message that says what to do. The expectations were written before
/// the messages.
/// </summary>
public sealed partial class FirstDayTests(FirstDay day) : IClassFixture<FirstDay>
{
    const string HasColumns = "found: id, text, stars";

    /// <summary>Parts of standard output, in order.</summary>
    [Theory]
    [InlineData("pjob help", "Commands:|init|run")]
    [InlineData("pjob --help", "run [<SPEC>]|list [<PART>]")]
    [InlineData("pjob help run", "--dry-run|tokens.|max_length")]
    [InlineData("pjob run --help", "--output|input.|text")]
    [InlineData("pjob init reviews.csv model -f new.yaml", "wrote new.yaml|pjob run new.yaml")]
    [InlineData("pjob init reviews.csv -f -", "model:|text: text|id: id")]
    [InlineData("pjob init semi.csv model -f semi.yaml", "wrote semi.yaml")]
    [InlineData("pjob init nested.jsonl model -f -", "text: review.body")]
    [InlineData("pjob init ./reviews.csv ./model/ -f -", "text: text")]
    [InlineData("pjob plan job.yaml", "1 file|1 unit")]
    [InlineData("pjob plan job.yaml -o done/", "all units are committed")]
    [InlineData("pjob run job.yaml --dry-run", "1 unit")]
    [InlineData("pjob run job.yaml", "Completed|20 rows out")]
    [InlineData("pjob run job.yaml -o done/", "Already complete")]
    [InlineData("pjob run --model model/ --input.data reviews.csv --input.text text -o plain/", "Completed|20 rows out")]
    [InlineData("pjob head done/", "id|\"r0\"|embedding")]
    [InlineData("pjob head done// -n 2 --json", "r0|r1")]
    [InlineData("pjob check done/", "20 rows; all checks passed")]
    [InlineData("pjob check ./done/.", "20 rows; all checks passed")]
    [InlineData("pjob status done/", "Completed|20 rows out")]
    [InlineData("pjob search done/ 'a red dress' --top 2", "id=r|text=the red dress")]
    [InlineData("pjob report done/", "done/_report.html|20 rows")]
    [InlineData("pjob report failed/", "failed/_report.html|Failed")]
    [InlineData("pjob rejects done/", "no row was rejected")]
    [InlineData("pjob rejects failed/", "missing_text: 20 rows|blank.csv row 0")]
    [InlineData("pjob status failed", "Failed|rejects.max_fraction|fix:")]
    [InlineData("pjob analyze job.yaml", "20 texts of 1 file")]
    [InlineData("pjob tokenize model 'hello there'", "[CLS]|[SEP]")]
    [InlineData("pjob model inspect model/", "task embed")]
    [InlineData("pjob schema", "\"properties\"")]
    [InlineData("pjob completion bash", "complete |pjob")]
    [InlineData("pjob init reviews.csv model -f -", "# prompt_name: ")]
    [InlineData("pjob run bom.json --dry-run -o new", "20 rows")]
    [InlineData("pjob run job.yaml --input.data 'été 1/отзывы.csv' --input.keep [] -o 'sortie é'", "Completed|1 rows out")]
    [InlineData("pjob run job.yaml --input.data array.json --input.keep [] --input.id text -o array", "Completed|2 rows out")]
    [InlineData("pjob run job.yaml --compute.memory 2GiB --task Embed --input.keep id,text --dry-run -o new", "20 rows")]
    [InlineData("pjob rejects failed --reason nosuch", "no row was rejected for nosuch")]
    [InlineData("pjob compare done done/", "20 rows by id|IDENTICAL")]
    [InlineData("pjob ask --help", "--html")]
    [InlineData("pjob model fetch --help", "pjob model fetch <MODEL>")]
    public async Task Pjob_RightCommand_GivesTheResult(string line, string expected)
    {
        var ended = await day.PjobAsync(Words(line));
        Assert.True(ended.ExitCode == 0, ended.Error);
        AssertParts(expected, ended.Out);
        AssertPlain(ended);
    }

    /// <summary>Exit code, and parts of the message in order.</summary>
    [Theory]
    // The command line.
    [InlineData("pjob", 2, "expected a command|pjob --help")]
    [InlineData("pjob rn job.yaml", 2, "unknown command 'rn'; did you mean run?")]
    [InlineData("pjob run job.yaml --max_length 12", 2, "unknown option --max_length; did you mean --tokens.max_length?")]
    [InlineData("pjob run job.yaml --max-length 12", 2, "unknown option --max-length; did you mean --tokens.max_length?")]
    [InlineData("pjob run job.yaml --tokens.max_lenght 12", 2, "did you mean --tokens.max_length?")]
    [InlineData("pjob run job.yaml --out there", 2, "unknown option --out; did you mean --output?")]
    [InlineData("pjob run --data reviews.csv", 2, "unknown option --data; did you mean --input.data?")]
    [InlineData("pjob run job.yaml --hosts 0", 2, "--hosts: found '0', expected a whole number from 1")]
    [InlineData("pjob run", 2, "no job spec|fix: |pjob init")]
    [InlineData("pjob run job.yml", 2, "job.yml: cannot read the job spec: no such file; did you mean job.yaml?")]
    [InlineData("pjob run nothing.yaml", 2, "nothing.yaml: cannot read the job spec: no such file|fix: |pjob init")]
    [InlineData("pjob run reviews.csv", 2, "reviews.csv|is no job spec|fix: pjob init reviews.csv")]
    [InlineData("pjob run model", 2, "model: is a folder|expected a file such as job.yaml")]
    [InlineData("pjob search done", 2, "Required argument 'TEXT' missing|pjob search --help")]
    [InlineData("pjob search done ''", 2, "TEXT: found an empty text, expected a query")]
    [InlineData("pjob head done -n -1", 2, "--rows: found -1, expected at least 1")]
    [InlineData("pjob analyze job.yaml -o there", 2, "unknown option -o")]
    [InlineData("pjob completion tcsh", 2, "tcsh|bash|zsh|fish|powershell")]
    [InlineData("pjob completion Bash", 2, "found 'Bash', expected bash, zsh, fish, powershell")]
    [InlineData("pjob version", 2, "unknown command 'version'; did you mean --version?")]
    [InlineData("pjob run job.yaml other.yaml", 2, "found 'other.yaml', expected no further argument|pjob run --help")]
    [InlineData("pjob model", 2, "expected a command: fetch, inspect, |see 'pjob model --help'")]
    [InlineData("pjob model fetch", 2, "MODEL|see 'pjob model fetch --help'")]
    [InlineData("pjob model inspct model", 2, "unknown command 'inspct'; did you mean inspect?")]
    [InlineData("pjob stop done", 2, "done: is a folder|fix: press Ctrl-C")]
    [InlineData("pjob logs done", 2, "done: is a folder|fix: 'pjob status done'")]
    [InlineData("pjob plan job.yaml --simulate 0..5", 2, "--simulate: found 0..5, expected a range of hosts such as 1..100")]
    [InlineData("pjob run job.yaml --tokens.max_length 16k", 2, "--tokens.max_length: found '16k', expected a whole number")]
    [InlineData("pjob run job.yaml --compute.memory 16MiB", 2, "--compute.memory: found '16MiB', expected auto, or a size|at least 256MB")]
    [InlineData("pjob run job.yaml --rejects.max_fraction 5%", 2, "--rejects.max_fraction: found '5%', expected a number from 0 to 1")]
    [InlineData(
        "pjob run job.yaml --tokens.max_length 99999999999999999999",
        2,
        "--tokens.max_length: found '9999|expected a whole number"
    )]
    // job.yaml.
    [InlineData("pjob run misspelt.yaml", 2, "misspelt.yaml:4: unknown key 'input.txet'; did you mean 'input.text'?")]
    [InlineData("pjob run colon.yaml", 2, "colon.yaml:2: not valid YAML|fix: |quotes")]
    [InlineData("pjob run tab.yaml", 2, "tab.yaml:2: not valid YAML|tab|fix: |spaces")]
    [InlineData("pjob run quote.yaml", 2, "quote.yaml:|not valid YAML|quote|fix: ")]
    [InlineData("pjob run twice.yaml", 2, "twice.yaml:3: |the key 'name' stands twice; fix: leave one of them")]
    [InlineData("pjob analyze reviews.csv", 2, "reviews.csv: is no job spec|fix: pjob init reviews.csv")]
    // The data.
    [InlineData("pjob run job.yaml --input.data ~/reviews.csv", 2, "input.data: found ~/reviews.csv|fix: write the whole path")]
    [InlineData("pjob run job.yaml --input.data fake.parquet", 1, "fake.parquet: not a Parquet file|expected 'PAR1'; fix: ")]
    [InlineData("pjob run job.yaml --input.delimiter ;", 2, "the one name looks like several; fix: set input.delimiter")]
    [InlineData("pjob run job.yaml --input.text txet", 2, HasColumns + "|did you mean 'text'?|fix: ")]
    [InlineData("pjob run job.yaml --input.keep nosuch", 2, "no column 'nosuch'|" + HasColumns)]
    [InlineData("pjob run job.yaml --input.data nothing.csv", 2, "nothing.csv|does not exist")]
    [InlineData("pjob run job.yaml --input.data empty.csv", 2, "no records|empty.csv|input.allow_empty")]
    [InlineData("pjob run job.yaml --input.data header.csv", 2, "no records|header.csv|input.allow_empty")]
    [InlineData("pjob run job.yaml --input.data twice.csv --input.keep [] --dry-run -o new", 2, "twice.csv|text")]
    [InlineData("pjob run job.yaml --input.data escape.csv", 2, "escape.csv: no column 'text'")]
    [InlineData(
        "pjob run job.yaml --input.data typed.parquet --input.text stars --input.keep [] --input.id stars --dry-run -o new",
        2,
        "stars|int8"
    )]
    [InlineData("pjob init reviews.csv -f /proc/job.yaml", 2, "/proc/job.yaml: cannot be written: ")]
    [InlineData("pjob report done --out /proc/r.html", 2, "/proc/r.html: cannot be written: ")]
    [InlineData("pjob init texts -f -", 2, "notes.md|fix: |texts/*.txt")]
    [InlineData("pjob init job.yaml -f -", 2, "job.yaml|expected .csv")]
    [InlineData("pjob init reviews.csv model -f job.yaml", 2, "job.yaml already exists|--force")]
    // The model.
    [InlineData("pjob run job.yaml --model nowhere", 4, "there is no folder|nowhere|config.json")]
    [InlineData("pjob run job.yaml --model empty-model", 4, "there is no model|config.json")]
    [InlineData("pjob run job.yaml --model no-weights --dry-run", 4, "no-weights|model.safetensors|.onnx")]
    [InlineData("pjob run job.yaml --task classify --dry-run", 4, "expected a CrossEncoder|task|fix: task: embed")]
    [InlineData("pjob run job.yaml --embed.dimensions 9999 --dry-run", 2, "embed.dimensions|9999|expected 1 to 32")]
    [InlineData("pjob run job.yaml --tokens.max_length 100000 --dry-run", 2, "tokens.max_length|100000")]
    [InlineData("pjob run job.yaml --compute.device cuda --dry-run", 4, "compute.device|cuda|CPU build")]
    [InlineData("pjob run job.yaml --compute.model_file onnx/nope.onnx --dry-run", 4, "onnx/nope.onnx|onnx/model.onnx")]
    [InlineData("pjob run job.yaml --model owner/name", 4, "there is no folder|owner/name|fix: |pjob model fetch owner/name --out DIR")]
    [InlineData("pjob run job.yaml --model ~/model", 2, "model: found ~/model|fix: write the whole path")]
    [InlineData("pjob ask model -c texts/a.txt -q what?", 4, "question answer")]
    [InlineData("pjob model inspect nowhere", 4, "there is no model")]
    // The output.
    [InlineData("pjob run job.yaml -o foreign", 2, "data/part-x.parquet|fix: move it away")]
    [InlineData("pjob run job.yaml -o done --tokens.max_length 8", 2, "tokens.max_length|fix: ")]
    [InlineData("pjob run job.yaml -o ~/out", 2, "output.data: found ~/out|fix: write the whole path")]
    [InlineData("pjob run job.yaml -o model", 2, "lies in the model's folder; fix: choose a folder outside")]
    [InlineData("pjob run job.yaml -o done/data/more", 2, "lies among the parts of another output|fix: choose a folder outside")]
    [InlineData("pjob run job.yaml -o .", 2, "must not contain each other")]
    [InlineData("pjob run job.yaml -o reviews.csv", 2, "is a file, expected a folder")]
    [InlineData("pjob run job.yaml -o /proc/x", 1, "/proc/x cannot be written|fix: ")]
    [InlineData("pjob check nowhere", 2, "no such folder|expected the output of a job")]
    [InlineData("pjob check texts", 2, "texts: is not the output of a job|fix: ")]
    [InlineData("pjob head texts", 2, "texts: is not the output of a job|fix: ")]
    [InlineData("pjob search texts query", 2, "texts: is not the output of a job")]
    [InlineData("pjob report texts", 2, "texts: is not the output of a job")]
    [InlineData("pjob rejects texts", 2, "texts: is not the output of a job")]
    [InlineData("pjob status texts", 2, "texts: is not the output of a job")]
    [InlineData("pjob head done/data", 2, "done/data: is not the output of a job|fix: |done")]
    [InlineData("pjob head reviews.csv", 2, "reviews.csv: is a file, expected the output of a job")]
    [InlineData("pjob head failed", 2, "has not finished|pjob status")]
    [InlineData("pjob check failed", 1, "has not finished|pjob status")]
    [InlineData("pjob search tokens query", 2, "task tokenize")]
    [InlineData("pjob compare done nowhere", 2, "no such folder")]
    // Elsewhere.
    [InlineData("pjob status nothing", 2, "nothing is not a folder|AWS region")]
    [InlineData("pjob list", 2, "AWS region")]
    [InlineData("pjob run job.yaml --sagemaker", 2, "AWS region")]
    public async Task Pjob_WrongCommand_SaysWhatToDo(string line, int exitCode, string expected)
    {
        var ended = await day.PjobAsync(Words(line));
        Assert.True(ended.ExitCode == exitCode, $"{ended.ExitCode}: {ended.Out}{ended.Error}");
        AssertParts(expected, ended.Error);
        Assert.StartsWith("error: ", ended.Error, StringComparison.Ordinal);
        AssertPlain(ended);
    }

    [Fact]
    public async Task Version_IsANumber() => Assert.Matches(@"^\d+\.\d+\.\d+$", (await day.PjobAsync("--version")).Out.Trim());

    [Fact]
    public async Task Run_AfterAFailedFirstTry_IsNotLocked()
    {
        foreach (
            var wrong in (string[][])
                [
                    ["--embed.dimensions", "9999"],
                    ["--model", "empty-model"],
                    ["--task", "classify"],
                ]
        )
        {
            Assert.NotEqual(0, (await day.PjobAsync(["run", "job.yaml", "-o", "retried", .. wrong])).ExitCode);
        }

        Assert.Equal(0, (await day.PjobAsync("run", "job.yaml", "-o", "retried")).ExitCode);
        File.WriteAllText(day["retried", "data", "part-mine.parquet"], "hi");
        var check = await day.PjobAsync("check", "retried");
        Assert.Equal(1, check.ExitCode);
        Assert.Contains("data/part-mine.parquet", check.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("run nothing.yaml --json", 2)]
    [InlineData("run job.yaml -o as-json --json", 0)]
    [InlineData("run job.yaml -o done --json", 0)]
    [InlineData("plan job.yaml --json", 0)]
    [InlineData("status done --json", 0)]
    [InlineData("check done --json", 0)]
    [InlineData("head done --json", 0)]
    [InlineData("rejects failed --json", 0)]
    [InlineData("search done red --json", 0)]
    [InlineData("model inspect model --json", 0)]
    [InlineData("doctor job.yaml --json", 2)]
    public async Task Json_IsOneDocument(string line, int exitCode)
    {
        var ended = await day.PjobAsync(Words("pjob " + line));
        Assert.True(ended.ExitCode == exitCode, ended.Error);
        Assert.NotNull(JsonNode.Parse(ended.Out));
    }

    [Fact]
    public async Task Doctor_WithoutAnAccount_StillLooksAtDataAndModel()
    {
        var ended = await day.PjobAsync("doctor", "job.yaml");
        Assert.Equal(2, ended.ExitCode);
        AssertParts("ok|data|ok|model|failed|region|fix: ", ended.Out);
    }

    [Fact]
    public async Task Fetch_WithoutANetwork_SaysWhatItTries()
    {
        using var process = System.Diagnostics.Process.Start(day.Start("model", "fetch", "owner/name"))!;
        process.StandardInput.Close();
        var (first, second) = (await process.StandardError.ReadLineAsync(), await process.StandardError.ReadLineAsync());
        process.Kill();
        Assert.Contains("fetching owner/name", first, StringComparison.Ordinal);
        Assert.Contains("try 2 of", second, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(40)]
    [InlineData(80)]
    public async Task Run_OnATerminalAndInterrupted_LeavesACleanScreen(int columns)
    {
        Assert.SkipWhen(Tool.Find("script") is null, "script (Debian: bsdutils) is not installed.");
        Assert.SkipWhen(Programs.IgnoresInterrupts, "SIGINT is ignored in this session.");
        var output = day[$"interrupted-{columns}"];
        await File.WriteAllTextAsync(
            day["many.csv"],
            "id,text\n" + string.Concat(Enumerable.Range(0, 400_000).Select(i => $"{i},some text of number {i}\n"))
        );
        var pjob = string.Join(' ', Programs.Pjob.Arguments.Prepend(Programs.Pjob.FileName));
        var start = day.Start();
        var command = $"stty cols {columns} rows 30; exec {pjob} run job.yaml --input.data many.csv --input.keep [] -o {output}";
        start.FileName = "script";
        start.ArgumentList.Clear();
        foreach (var argument in (string[])["--quiet", "--return", "--command", command, "/dev/null"])
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment["TERM"] = "xterm";
        start.Environment.Remove("CI");
        using var process = System.Diagnostics.Process.Start(start)!;
        var ended = process.EndAsync();
        while (!File.Exists(Path.Combine(output, ".pjob", "progress.json")) && !process.HasExited)
        {
            await Task.Delay(20);
        }

        await process.StandardInput.WriteAsync("\u0003");
        await process.StandardInput.FlushAsync();
        var (code, screen, _) = await ended;
        Assert.Equal(130, code);
        Assert.DoesNotContain("\e[?25l", screen, StringComparison.Ordinal);
        AssertParts(
            "1 host|on cpu|float32|interrupted; committed units are kept|is not complete",
            screen.Replace("\r", "", StringComparison.Ordinal)
        );
        var status = await day.PjobAsync("status", output);
        AssertParts("Interrupted|fix: ", status.Out);
    }

    static string[] Words(string line) => [.. Word().Matches(line).Skip(1).Select(m => m.Value.Trim('\''))];

    static void AssertParts(string expected, string text)
    {
        var at = 0;
        foreach (var part in expected.Split('|'))
        {
            var found = text.IndexOf(part, at, StringComparison.Ordinal);
            Assert.True(found >= 0, $"'{part}' is missing in:\n{text}");
            at = found + part.Length;
        }
    }

    /// <summary>Nothing of .NET, nothing for the terminal.</summary>
    static void AssertPlain(Ended ended)
    {
        var text = ended.Out + ended.Error;
        Assert.DoesNotMatch(@"System\.|Exception|   at |Could not find file|The process cannot access|Access to the path", text);
        Assert.DoesNotContain(text, c => char.IsControl(c) && c is not ('\n' or '\t'));
    }

    [GeneratedRegex("'[^']*'|\\S+")]
    private static partial Regex Word();
}
