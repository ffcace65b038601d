using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.Json.Nodes;
using ProcessingJob.Cli.Commands;
using ProcessingJob.Contract;

namespace ProcessingJob.Cli;

/// <summary>Parses the command line, runs a command and turns whatever happens into an exit code and one message.</summary>
public static class App
{
    /// <summary>Set to 1, or with --debug: unexpected errors show where they come from.</summary>
    public const string DebugVariable = "PJOB_DEBUG";

    public static async Task<int> RunAsync(IReadOnlyList<string> args, CliContext cli, StopSignals signals)
    {
        var debug = new Option<bool>("--debug") { Description = "Show stack traces of unexpected errors.", Recursive = true };
        var root = new RootCommand("Text features at scale: on this machine, or on Amazon SageMaker Processing.") { debug };
        foreach (var create in CommandTable.All)
            root.Add(create(cli));
        var parsed = root.Parse(args);
        var wantsJson = parsed.GetResult(CommonOptions.JsonName) is OptionResult { Implicit: false };
        try
        {
            if (parsed.Errors.Count > 0 && parsed.Action is System.CommandLine.Invocation.ParseErrorAction)
                throw new PJobException(ParseMessage(parsed), ExitCode.BadSpec);
            var configuration = new InvocationConfiguration { Output = cli.Out, Error = cli.Error, EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null };
            var code = await parsed.InvokeAsync(configuration, signals.Token).ConfigureAwait(false);
            return code == (int)ExitCode.Interrupted ? (int)(signals.Code ?? ExitCode.Interrupted) : code;
        }
        catch (OperationCanceledException) when (signals.Token.IsCancellationRequested)
        {
            return Fail(cli, wantsJson, "interrupted", signals.Code ?? ExitCode.Interrupted);
        }
        catch (PJobException e)
        {
            return Fail(cli, wantsJson, e.Message, e.ExitCode);
        }
        catch (Exception e)
        {
            if (parsed.GetValue(debug) || cli.Variable(DebugVariable) == "1")
                cli.Error.WriteLine(e);
            return Fail(cli, wantsJson, $"unexpected: {e.GetType().Name}: {e.Message.ReplaceLineEndings(" ")} (--debug shows where)", ExitCode.Failed);
        }
    }

    private static int Fail(CliContext cli, bool json, string message, ExitCode code)
    {
        cli.WriteError(message);
        if (json)
            cli.WriteJson(new JsonObject { ["status"] = code is ExitCode.Interrupted or ExitCode.Terminated ? "Interrupted" : "Failed", ["exit_code"] = (int)code, ["message"] = message });
        return (int)code;
    }

    private static string ParseMessage(ParseResult parsed)
    {
        // A misspelt key of job.yaml is answered as in job.yaml: with the nearest one.
        if (parsed.UnmatchedTokens.FirstOrDefault(t => t.StartsWith("--", StringComparison.Ordinal)) is { } option)
        {
            var name = option[2..].Split('=')[0];
            var known = parsed.CommandResult.Command.Options.Select(o => o.Name[2..]);
            var nearest = Names.Nearest(name, known);
            return $"unknown option --{name}" + (nearest is null ? "" : $"; did you mean --{nearest}?");
        }
        return string.Join('\n', parsed.Errors.Select(e => e.Message).Distinct()) + $"\nsee 'pjob {(parsed.CommandResult.Command is RootCommand ? "" : parsed.CommandResult.Command.Name + " ")}--help'";
    }
}
