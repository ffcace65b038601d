using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.Json.Nodes;
using ProcessingJob.Cli.Commands;
using ProcessingJob.Cli.Display;
using ProcessingJob.Contract;
using ProcessingJob.Launcher.Progress;

namespace ProcessingJob.Cli;

/// <summary>Parses the command line, runs a command and turns whatever happens into an exit code and one message.</summary>
public static class App
{
    /// <summary>Set to 1, or with --debug: unexpected errors show where they come from.</summary>
    public const string DebugVariable = "PJOB_DEBUG";

    public static async Task<int> RunAsync(IReadOnlyList<string> args, CliContext cli, CommandStop signals)
    {
        var debug = new Option<bool>("--debug") { Description = "Show stack traces of unexpected errors", Recursive = true };
        var root = new RootCommand("Text features at scale, on this machine or on Amazon SageMaker Processing") { debug };
        foreach (var create in CommandTable.All)
        {
            root.Add(create(cli));
        }

        HelpText.Apply(root, cli);
        // git and dotnet have 'help COMMAND' too.
        var parsed = root.Parse(args is ["help", ..] ? [.. args.Skip(1), "--help"] : args);
        var wantsJson = parsed.GetResult(CommonOptions.JsonName) is OptionResult { Implicit: false };
        try
        {
            if (UnknownOption(parsed) is { } unknown)
            {
                throw new PJobException(unknown, ExitCode.BadSpec);
            }

            if (parsed.Errors.Count > 0 && parsed.Action is System.CommandLine.Invocation.ParseErrorAction)
            {
                throw new PJobException(ParseMessage(parsed), ExitCode.BadSpec);
            }

            var configuration = new InvocationConfiguration
            {
                Output = cli.Out,
                Error = cli.Error,
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,
            };
            var code = await parsed.InvokeAsync(configuration, signals.Token);
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
            {
                cli.Error.WriteLine(e);
            }

            // The runtime says it in whatever it was loading at that moment.
            if (e.ToString().Contains("Too many open files", StringComparison.Ordinal))
            {
                return Fail(cli, wantsJson, "too many open files; fix: raise the limit, such as by 'ulimit -n 4096'", ExitCode.Failed);
            }

            return Fail(
                cli,
                wantsJson,
                $"unexpected: {e.GetType().Name}: {e.Message.ReplaceLineEndings(" ")} (run with --debug for the stack trace)",
                ExitCode.Failed
            );
        }
    }

    static int Fail(CliContext cli, bool json, string message, ExitCode code)
    {
        cli.WriteError(message);
        if (json)
        {
            cli.WriteJson(
                new JsonObject
                {
                    ["status"] = code is ExitCode.Interrupted or ExitCode.Terminated
                        ? nameof(JobState.Interrupted)
                        : nameof(JobState.Failed),
                    ["exit_code"] = (int)code,
                    ["message"] = message,
                }
            );
        }

        return (int)code;
    }

    static string ParseMessage(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        if (command is RootCommand && parsed.Tokens.Count == 0)
        {
            return "expected a command; 'pjob --help' lists them, 'pjob init DATA MODEL' writes a first job.yaml";
        }

        var help = $"see 'pjob {string.Concat(NamesOf(command).Select(name => name + " "))}--help'";
        if (command.Subcommands.Count > 0 && parsed.UnmatchedTokens is [var word, ..] && !word.StartsWith('-'))
        {
            return command.Options.Any(o => o.Name == "--" + word)
                ? $"unknown command '{word}'; did you mean --{word}?"
                : $"unknown command '{word}'{Nearest(word, command.Subcommands.Select(c => c.Name))}";
        }

        if (command.Subcommands.Count > 0 && parsed.UnmatchedTokens.Count == 0)
        {
            return $"expected a command: {string.Join(", ", command.Subcommands.Select(c => c.Name))}\n{help}";
        }

        return parsed.UnmatchedTokens is [var more, ..] && parsed.Errors.Count == 1
            ? $"found '{more}', expected no further argument\n{help}"
            : $"{string.Join('\n', parsed.Errors.Select(Message).Distinct())}\n{help}";
    }

    /// <summary>Names of a command, below pjob.</summary>
    static IEnumerable<string> NamesOf(Command command) =>
        command is RootCommand ? [] : command.Parents.OfType<Command>().Take(1).SelectMany(NamesOf).Append(command.Name);

    // The parser would name the type of .NET that a value cannot be read as.
    static string Message(ParseError error)
    {
        if (
            error.SymbolResult is ArgumentResult { Tokens: [var given, ..] }
            && error.Message.Split('\n') is [_, .. { Length: > 0 } choices]
        )
        {
            var known = choices.Select(c => c.Trim().Trim('\'')).Where(c => c.Length > 0);
            return $"found '{given.Value}', expected {string.Join(", ", known)}";
        }

        if (
            error.SymbolResult is not OptionResult { Option: { } option, Tokens: [var token, ..] }
            || !error.Message.Contains("as expected type", StringComparison.Ordinal)
        )
        {
            return error.Message;
        }

        var type = Nullable.GetUnderlyingType(option.ValueType) ?? option.ValueType;
        var expected =
            type.IsEnum ? $"one of {string.Join(", ", Enum.GetNames(type))}"
            : type == typeof(int) || type == typeof(long) ? "a whole number"
            : "a number";
        return $"{option.Name}: found '{token.Value}', expected {expected}";
    }

    // A misspelt option is taken for an argument by the parser; it is answered like a misspelt key in job.yaml. A negative number is
    // the value of an option.
    static string? UnknownOption(ParseResult parsed)
    {
        var option = parsed
            .CommandResult.Tokens.Select(t => t.Value)
            .Concat(parsed.UnmatchedTokens)
            .FirstOrDefault(t => t is ['-', not (>= '0' and <= '9'), ..])
            ?.Split('=')[0];
        return option is null ? null : $"unknown option {option}{NearestOption(option, parsed.CommandResult.Command)}";
    }

    // The name alone of a key, or another program's spelling of it, is more likely than a slip of the finger.
    static string NearestOption(string option, Command command)
    {
        var word = option.TrimStart('-').Replace('-', '_');
        var names = command.Options.SelectMany(o => o.Aliases.Prepend(o.Name)).Where(n => n.StartsWith("--", StringComparison.Ordinal));
        return names.FirstOrDefault(n => n.EndsWith("." + word, StringComparison.Ordinal)) is { } key ? $"; did you mean {key}?"
            : Nearest(option, names) is { Length: > 0 } nearest ? nearest
            : names.FirstOrDefault(n => n.StartsWith(option, StringComparison.Ordinal) && option.Length > 3) is { } longer
                ? $"; did you mean {longer}?"
            : "";
    }

    static string Nearest(string word, IEnumerable<string> known) =>
        Names.Nearest(word, known) is { } nearest ? $"; did you mean {nearest}?" : "";
}
