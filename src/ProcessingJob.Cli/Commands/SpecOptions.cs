using System.CommandLine;
using ProcessingJob.Cli.Display;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Spec;

namespace ProcessingJob.Cli.Commands;

/// <summary>The argument SPEC, and every key of job.yaml as an option over it.</summary>
sealed class SpecOptions
{
    const string Hosts = "compute.instance_count";
    readonly CliContext _cli;
    readonly bool _writesOutput;
    readonly Argument<string?> _spec;
    readonly Option<int?> _hosts = new("--hosts") { Description = "Number of hosts (compute.instance_count)", HelpName = "N" };
    readonly Option<string?> _output = new("--output", "-o") { Description = "Where to write the output (output.data)", HelpName = "DIR" };
    readonly List<(SpecKey Key, Option<string?> Option)> _keys;

    SpecOptions(CliContext cli, Command command, bool writesOutput)
    {
        (_cli, _writesOutput) = (cli, writesOutput);
        _spec = new("SPEC") { Description = "job.yaml or job.json; - reads standard input", Arity = ArgumentArity.ZeroOrOne };
        // A line of help for each would hide the rest; HelpText names them.
        _keys = [.. SpecKeys.All.Select(key => (key, new Option<string?>($"--{key.Path}") { Description = key.Help, Hidden = true }))];
        command.Arguments.Add(_spec);
        if (writesOutput)
        {
            command.Options.Add(_hosts);
            command.Options.Add(_output);
        }

        foreach (var (_, option) in _keys)
        {
            command.Options.Add(option);
        }
    }

    /// <param name="command">Gets the argument and the options.</param>
    /// <param name="cli">Where '-' is read.</param>
    /// <param name="writesOutput">It is about hosts and output.data: --hosts and --output.</param>
    public static SpecOptions AddTo(Command command, CliContext cli, bool writesOutput = false) => new(cli, command, writesOutput);

    /// <exception cref="PJobException">Exit code 2.</exception>
    public JobSpec Read(ParseResult parsed)
    {
        var spec = parsed.GetValue(_spec) switch
        {
            "-" => SpecReader.Parse(_cli.In.ReadToEnd(), "standard input"),
            { } path => SpecReader.ReadFile(path),
            null when _keys.Exists(k => IsGiven(parsed, k.Option)) => new JobSpec(),
            null => throw new PJobException(
                "no job spec: expected a file such as job.yaml; fix: write one with 'pjob init DATA MODEL'",
                ExitCode.BadSpec
            ),
        };
        foreach (var (key, option) in _keys.Where(k => IsGiven(parsed, k.Option)))
        {
            spec = SpecReader.Apply(spec, key.Path, parsed.GetValue(option) ?? "");
        }

        if (_writesOutput && parsed.GetValue(_hosts) is { } hosts)
        {
            spec = WithHosts(spec, hosts);
        }

        return _writesOutput && parsed.GetValue(_output) is { } output ? spec with { Output = spec.Output with { Data = output } } : spec;
    }

    static JobSpec WithHosts(JobSpec spec, int hosts)
    {
        try
        {
            return SpecReader.Apply(spec, Hosts, hosts.ToString(System.Globalization.CultureInfo.InvariantCulture));
        }
        catch (PJobException e)
        {
            throw new PJobException(e.Message.Replace($"--{Hosts}:", "--hosts:", StringComparison.Ordinal), e.ExitCode, e);
        }
    }

    static bool IsGiven(ParseResult parsed, Option option) => parsed.GetResult(option) is { Implicit: false };
}
