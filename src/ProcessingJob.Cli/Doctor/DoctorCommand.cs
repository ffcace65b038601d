using System.CommandLine;
using ProcessingJob.Cli.Commands;
using ProcessingJob.Cli.Display;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Container;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Launcher.Doctor;

namespace ProcessingJob.Cli.Doctor;

static class DoctorCommand
{
    public static Command Create(CliContext cli)
    {
        var command = new Command(
            "doctor",
            "Check everything a job needs on AWS and print a fix for every problem; changes nothing, unless with --probe"
        );
        var spec = SpecOptions.AddTo(command, cli);
        var json = CommonOptions.Json();
        var probe = new Option<bool>("--probe")
        {
            Description = "Also start a job of one host for each instance type, at most five minutes long, and print what such a host has",
        };
        command.Options.Add(json);
        command.Options.Add(probe);
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                var job = spec.Read(parsed);
                var (findings, hosts) = (new List<DoctorFinding>(), new List<HostFacts>());
                void Add(DoctorFinding finding)
                {
                    findings.Add(finding);
                    if (!parsed.GetValue(json))
                    {
                        Write(cli, finding);
                    }
                }

                var connection = cli.Connect(job.Aws.Region);
                await foreach (var finding in new AwsDoctor(connection).ExamineAsync(job, cancellationToken))
                {
                    Add(finding);
                }

                if (parsed.GetValue(probe))
                {
                    await ProbeAsync(new(connection, cli.Time, new NotesOnError(cli)), job, findings, Add, hosts, cancellationToken);
                }

                var bad = findings.Count(f => f.Health == Health.Bad);
                var code = bad == 0 ? ExitCode.Done : ExitCode.Remote;
                if (parsed.GetValue(json))
                {
                    cli.WriteJson(
                        new
                        {
                            ExitCode = (int)code,
                            Findings = findings,
                            Hosts = hosts,
                        }
                    );
                }
                else
                {
                    cli.Out.WriteLine(bad == 0 ? "all checks passed" : $"{Display.Text.Plural(bad, "check")} failed");
                }

                return (int)code;
            }
        );
        return command;
    }

    static async Task ProbeAsync(
        ProbeJob probe,
        JobSpec job,
        List<DoctorFinding> findings,
        Action<DoctorFinding> add,
        List<HostFacts> hosts,
        CancellationToken cancellationToken
    )
    {
        if (findings.Any(f => f.Health == Health.Bad))
        {
            add(new("host", Health.Unknown, "the probe was not started, because a check failed"));
            return;
        }

        foreach (var type in job.Compute.InstanceType)
        {
            var (finding, facts) = await probe.RunAsync(job, type, cancellationToken);
            add(finding);
            if (facts is not null)
            {
                hosts.Add(facts);
            }
        }
    }

    static void Write(CliContext cli, DoctorFinding finding)
    {
        var (mark, color) = finding.Health switch
        {
            Health.Good => ("ok", "\e[32m"),
            Health.Warning => ("warning", "\e[33m"),
            Health.Bad => ("failed", "\e[31m"),
            _ => ("unknown", "\e[33m"),
        };
        var (on, off) = cli.OutIsTerminal && cli.UseColor ? (color, "\e[0m") : ("", "");
        cli.Out.WriteLine($"{on}{mark, -7}{off}  {finding.Subject, -11}  {finding.Text}");
        if (finding.Cure is { } cure)
        {
            cli.Out.WriteLine($"{"", -9}{"", -11}  fix: {cure}");
        }
    }
}
