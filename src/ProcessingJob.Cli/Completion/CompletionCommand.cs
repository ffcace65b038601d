using System.CommandLine;
using ProcessingJob.Cli.Display;

namespace ProcessingJob.Cli.Completion;

static class CompletionCommand
{
    /// <summary>The shells, each with what writes its script.</summary>
    static readonly Dictionary<string, Func<IReadOnlyList<CommandWords>, string>> Shells = new(StringComparer.Ordinal)
    {
        ["bash"] = BashScript.Of,
        ["zsh"] = ZshScript.Of,
        ["fish"] = FishScript.Of,
        ["powershell"] = PowerShellScript.Of,
    };

    public static Command Create(CliContext cli)
    {
        var command = new Command(
            "completion",
            "Print a script that completes commands, options and keys of job.yaml in your shell: source <(pjob completion bash)"
        );
        var shell = new Argument<string>("SHELL") { Description = string.Join(", ", Shells.Keys) };
        shell.AcceptOnlyFromAmong([.. Shells.Keys]);
        command.Arguments.Add(shell);
        command.SetAction(parsed =>
            cli.Out.Write(Shells[parsed.GetRequiredValue(shell)](CompletionTable.Of(parsed.RootCommandResult.Command)))
        );
        return command;
    }
}
