using System.Diagnostics;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Testing;

namespace ProcessingJob.Cli.Tests;

/// <summary>The scripts of <c>pjob completion</c>, run by the shells that they are for, where those are installed.</summary>
public sealed class CompletionTests : IDisposable
{
    readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string, string, string> Lines =>
        new()
        {
            { "pjob ru", "run", "plan" },
            { "pjob run job.yaml --tokens.max_l", "--tokens.max_length", "--tokens.stride" },
            { "pjob run --task cl", "classify", "embed" },
            { "pjob plan --dead", "--deadline", "--dry-run" },
            { "pjob model fe", "fetch", "inspect" },
            { "pjob model fetch --dev", "--device", "--json" },
            { "pjob model verify m --device c", "cuda", "auto" },
            { "pjob completion po", "powershell", "bash" },
            { "pjob request job.yaml --format airf", "airflow", "cli" },
        };

    [Theory, MemberData(nameof(Lines))]
    public async Task Bash_Line_IsCompleted(string line, string expected, string other)
    {
        await WriteAsync("bash");
        var words = string.Join(' ', line.Split(' ').Select(w => $"'{w}'"));
        var script =
            $"source ./pjob.bash; COMP_WORDS=({words}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1)); _pjob; printf '%s\\n' "
            + $"\"${{COMPREPLY[@]}}\"";
        AssertCompleted(await RunAsync("bash", "-c", script), expected, other);
    }

    [Theory, MemberData(nameof(Lines))]
    public async Task Fish_Line_IsCompleted(string line, string expected, string other)
    {
        Assert.SkipWhen(Tool.Find("fish") is null, "fish is not installed.");
        await WriteAsync("fish");
        AssertCompleted(await RunAsync("fish", "--no-config", "-c", $"source pjob.fish; complete -C '{line}'"), expected, other);
    }

    [Theory, MemberData(nameof(Lines))]
    public async Task Zsh_Line_IsCompleted(string line, string expected, string other)
    {
        Assert.SkipWhen(Tool.Find("zsh") is null, "zsh is not installed.");
        await WriteAsync("zsh");
        // What would be shown is listed by a stand-in for zsh's own functions, which need a terminal.
        var script =
            "compdef() { :; }; source ./pjob.zsh; typeset -a words; words=("
            + line
            + "); CURRENT=${#words}; PREFIX=$words[-1]; "
            + "_describe() { local name=$3; for each in ${(P)name}; do [[ $each == $PREFIX* ]] && print -r -- ${each%%:*}; done }; "
            + "compadd() { for each in ${@:2}; do [[ $each == $PREFIX* ]] && print -r -- $each; done }; _files() { :; }; _pjob";
        AssertCompleted(await RunAsync("zsh", "-f", "-c", script), expected, other);
    }

    [Theory]
    [InlineData("bash")]
    [InlineData("zsh")]
    [InlineData("fish")]
    [InlineData("powershell")]
    public async Task Script_NamesEveryCommandAndKey(string shell)
    {
        var script = (await PjobRun.RunAsync("completion", shell)).Out;
        var flag = shell == "fish" ? "-l " : "--";
        Assert.All(SpecKeys.All, key => Assert.Contains(flag + key.Path, script, StringComparison.Ordinal));
        Assert.All(["compare", "rejects", "completion", "inspect"], name => Assert.Contains(name, script, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Bash_Script_PassesShellcheck()
    {
        Assert.SkipWhen(Tool.Find("shellcheck") is null, "shellcheck is not installed.");
        await WriteAsync("bash");
        Assert.Equal("", await RunAsync("shellcheck", "--shell=bash", "pjob.bash"));
    }

    async Task WriteAsync(string shell) => _folder.Write($"pjob.{shell}", (await PjobRun.RunAsync("completion", shell)).Out);

    async Task<string> RunAsync(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = _folder.Path,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        Assert.Equal("", await error);
        return await output;
    }

    // fish writes a description behind a tab.
    static void AssertCompleted(string output, string expected, string other)
    {
        var words = output.Split('\n').Select(l => l.Split('\t')[0]).ToList();
        Assert.Contains(expected, words);
        Assert.DoesNotContain(other, words);
    }
}
