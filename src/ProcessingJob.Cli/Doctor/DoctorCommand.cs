using System.CommandLine;
using ProcessingJob.Cli.Commands;
using ProcessingJob.Cli.Display;
using ProcessingJob.Contract;
using ProcessingJob.Launcher.Doctor;

namespace ProcessingJob.Cli.Doctor;

static class DoctorCommand
{
    public static Command Create(CliContext cli)
    {
        var command = new Command("doctor", "Check everything a job needs on AWS and print a fix for every problem; changes nothing");
        var spec = SpecOptions.AddTo(command, cli);
        var json = CommonOptions.Json();
        command.Options.Add(json);
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                var job = spec.Read(parsed);
                var findings = new List<DoctorFinding>();
                await foreach (var finding in new AwsDoctor(cli.Connect(job.Aws.Region)).ExamineAsync(job, cancellationToken))
                {
                    findings.Add(finding);
                    if (!parsed.GetValue(json))
                    {
                        Write(cli, finding);
                    }
                }
                var bad = findings.Count(f => f.Health == Health.Bad);
                var code = bad == 0 ? ExitCode.Done : ExitCode.Remote;
                if (parsed.GetValue(json))
                {
                    cli.WriteJson(new { ExitCode = (int)code, Findings = findings });
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
