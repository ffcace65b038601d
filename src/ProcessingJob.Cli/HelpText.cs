using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.Text;
using ProcessingJob.Cli.Display;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Spec;

namespace ProcessingJob.Cli;

/// <summary>
/// What --help and --version print beyond the parser's own: a list of commands that says which arguments may be left out, and keys.
/// </summary>
static class HelpText
{
    const int Width = 100;

    public static void Apply(RootCommand root, CliContext cli)
    {
        var help = root.Options.OfType<HelpOption>().Single();
        help.Action = new Help(cli, (SynchronousCommandLineAction)help.Action!);
        root.Options.OfType<VersionOption>().Single().Action = new Version(cli);
    }

    /// <summary>The keys of job.yaml by section, wrapped: they are options too, and too many for a line each.</summary>
    static string Keys()
    {
        var text = new StringBuilder("\nKeys of job.yaml, each also an option (--tokens.max_length 256); 'pjob schema' describes them:\n");
        foreach (var section in SpecKeys.All.GroupBy(k => k.Path.Contains('.', StringComparison.Ordinal) ? k.Path.Split('.')[0] + "." : ""))
        {
            var line = "  " + section.Key.PadRight(12);
            foreach (var key in section.Select(k => k.Path[section.Key.Length..]))
            {
                if (line.Length + key.Length + 1 > Width)
                {
                    text.Append(line.TrimEnd()).Append('\n');
                    line = new string(' ', 14);
                }

                line += key + " ";
            }

            text.Append(line.TrimEnd()).Append('\n');
        }

        return text.ToString();
    }

    static string Commands(RootCommand root)
    {
        var rows = root.Subcommands.Where(c => !c.Hidden).Select(c => (Usage: Usage(c), c.Description)).ToList();
        var width = rows.Max(r => r.Usage.Length);
        var lines = rows.Select(r => $"  {r.Usage.PadRight(width)}  {Text.FirstClause(r.Description ?? "")}\n");
        return $"{root.Description}\n\nUsage:\n  pjob COMMAND [options]\n\nCommands:\n{string.Concat(lines)}\n"
            + "'pjob help COMMAND' shows a command's options. Every command takes --debug (stack traces of unexpected errors).\n"
            + "First steps: pjob init DATA MODEL, then pjob run job.yaml. Completion for your shell: pjob completion SHELL.\n";
    }

    static string Usage(Command command) =>
        string.Join(
            ' ',
            command
                .Arguments.Select(a => a.Arity.MinimumNumberOfValues == 0 ? $"[<{a.Name}>]" : $"<{a.Name}>")
                .Prepend(command.Subcommands.Count > 0 ? $"{command.Name} COMMAND" : command.Name)
        );

    sealed class Help(CliContext cli, SynchronousCommandLineAction inner) : SynchronousCommandLineAction
    {
        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parseResult)
        {
            var command = parseResult.CommandResult.Command;
            if (command is RootCommand root)
            {
                cli.Out.Write(Commands(root));
                return 0;
            }

            inner.Invoke(parseResult);
            if (command.Options.Any(o => o.Hidden && SpecKeys.Find(o.Name[2..]) is not null))
            {
                cli.Out.Write(Keys());
            }

            return 0;
        }
    }

    sealed class Version(CliContext cli) : SynchronousCommandLineAction
    {
        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parseResult)
        {
            cli.Out.WriteLine(ProductVersion.Text);
            return 0;
        }
    }
}
