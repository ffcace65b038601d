using System.CommandLine;
using ProcessingJob.Cli.Display;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Spec;

namespace ProcessingJob.Cli.Commands;

/// <summary>The argument SPEC, and every key of job.yaml as an option over it.</summary>
sealed class SpecOptions
{
    readonly CliContext _cli;
    readonly Argument<string?> _spec;
    readonly Option<int?> _hosts = new("--hosts") { Description = "Number of hosts (compute.instance_count)", HelpName = "N" };
    readonly Option<string?> _output = new("--output", "-o") { Description = "Where to write the output (output.data)", HelpName = "DIR" };
    readonly List<(SpecKey Key, Option<string?> Option)> _keys;

    SpecOptions(CliContext cli, Command command)
    {
        _cli = cli;
        _spec = new("SPEC")
        {
            Description =
                "job.yaml or job.json; - reads standard input. Every key is also an option, such as --tokens.max_length 256; "
                + "'pjob schema' lists them",
            Arity = ArgumentArity.ZeroOrOne,
        };
        // Seventy lines of help would hide the rest.
        _keys = [.. SpecKeys.All.Select(key => (key, new Option<string?>($"--{key.Path}") { Description = key.Help, Hidden = true }))];
        command.Arguments.Add(_spec);
        command.Options.Add(_hosts);
        command.Options.Add(_output);
        foreach (var (_, option) in _keys)
        {
            command.Options.Add(option);
        }
    }

    public static SpecOptions AddTo(Command command, CliContext cli) => new(cli, command);

    /// <exception cref="PJobException">Exit code 2.</exception>
    public JobSpec Read(ParseResult parsed)
    {
        var spec = parsed.GetValue(_spec) switch
        {
            "-" => SpecReader.Parse(_cli.In.ReadToEnd(), "standard input"),
            { } path => SpecReader.ReadFile(path),
            null when _keys.Exists(k => IsGiven(parsed, k.Option)) => new JobSpec(),
            null => throw new PJobException("no job spec: expected a file such as job.yaml; write one with 'pjob init'", ExitCode.BadSpec),
        };
        foreach (var (key, option) in _keys.Where(k => IsGiven(parsed, k.Option)))
        {
            spec = SpecReader.Apply(spec, key.Path, parsed.GetValue(option) ?? "");
        }

        if (parsed.GetValue(_hosts) is { } hosts)
        {
            spec = SpecReader.Apply(spec, "compute.instance_count", hosts.ToString(System.Globalization.CultureInfo.InvariantCulture));
        }

        return parsed.GetValue(_output) is { } output ? spec with { Output = spec.Output with { Data = output } } : spec;
    }

    static bool IsGiven(ParseResult parsed, Option option) => parsed.GetResult(option) is { Implicit: false };
}
