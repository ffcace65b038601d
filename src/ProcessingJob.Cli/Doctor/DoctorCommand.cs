using System.CommandLine;
using System.Runtime.CompilerServices;
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
                ExitCode? first = null;
                void Add(DoctorFinding finding, ExitCode fault)
                {
                    first ??= finding.Health == Health.Bad ? fault : null;
                    findings.Add(finding);
                    if (!parsed.GetValue(json))
                    {
                        Write(cli, finding);
                    }
                }

                await foreach (var (finding, fault) in ExamineAsync(cli, job, cancellationToken))
                {
                    Add(finding, fault);
                }

                if (parsed.GetValue(probe) && first is not null)
                {
                    Add(new("host", Health.Unknown, "the probe was not started, because a check failed"), ExitCode.Done);
                }
                else if (parsed.GetValue(probe))
                {
                    var one = new ProbeJob(cli.Connect(job.Aws.Region), cli.Time, new NotesOnError(cli));
                    foreach (var type in job.Compute.InstanceType)
                    {
                        var (finding, facts) = await one.RunAsync(job, type, cancellationToken);
                        Add(finding, ExitCode.Remote);
                        hosts.AddRange(facts is null ? [] : [facts]);
                    }
                }

                var bad = findings.Count(f => f.Health == Health.Bad);
                var code = first ?? ExitCode.Done;
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

    /// <summary>Findings, each with the exit code if it is bad: first what can be looked at without an account.</summary>
    static async IAsyncEnumerable<(DoctorFinding Finding, ExitCode Fault)> ExamineAsync(
        CliContext cli,
        JobSpec job,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        foreach (var finding in LocalDoctor.Examine(job))
        {
            yield return finding;
        }

        AwsDoctor? doctor = null;
        PJobException? unreachable = null;
        try
        {
            doctor = new(cli.Connect(job.Aws.Region));
        }
        catch (PJobException e)
        {
            unreachable = e;
        }

        if (unreachable is not null)
        {
            yield return (
                new("region", Health.Bad, unreachable.Message, "aws.region in job.yaml; role, image, buckets and quota are checked then"),
                unreachable.ExitCode
            );
        }

        await foreach (var finding in doctor?.ExamineAsync(job, cancellationToken) ?? AsyncEnumerable.Empty<DoctorFinding>())
        {
            yield return (finding, ExitCode.Remote);
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
        cli.Out.WriteLine($"{on}{mark, -7}{off}  {finding.Subject, -11}  {SafeText.Of(finding.Text)}");
        if (finding.Cure is { } cure)
        {
            cli.Out.WriteLine($"{"", -9}{"", -11}  fix: {cure}");
        }
    }
}
