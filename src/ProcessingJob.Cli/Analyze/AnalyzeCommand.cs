using System.CommandLine;
using ProcessingJob.Cli.Commands;
using ProcessingJob.Cli.Display;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Spec;

namespace ProcessingJob.Cli.Analyze;

static class AnalyzeCommand
{
    const int DefaultSample = 20_000;

    public static Command Create(CliContext cli)
    {
        var command = new Command(
            "analyze",
            "Analyze a job's data: token lengths, the effect and cost of each max_length, scripts, duplicates"
        );
        var spec = SpecOptions.AddTo(command, cli);
        var all = new Option<bool>("--all") { Description = "Read all rows instead of a sample" };
        var sample = new Option<int>("--sample")
        {
            Description = "Number of rows to sample, spread over the data",
            HelpName = "N",
            DefaultValueFactory = _ => DefaultSample,
        };
        var html = new Option<string?>("--html") { Description = "Also write the analysis as an HTML page", HelpName = "FILE" };
        var json = CommonOptions.Json();
        foreach (var option in (Option[])[all, sample, html, json])
        {
            command.Options.Add(option);
        }

        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                var job = await HubFetch.ResolveAsync(cli, spec.Read(parsed), cancellationToken);
                SpecRules.Check(job);
                if (parsed.GetValue(sample) < 1)
                {
                    throw new PJobException($"--sample: found {parsed.GetValue(sample)}, expected at least 1", ExitCode.BadSpec);
                }

                var analysis = await new Analyzer(job).RunAsync(parsed.GetValue(all) ? null : parsed.GetValue(sample), cancellationToken);
                if (parsed.GetValue(html) is { } file)
                {
                    ResultFile.Write(file, AnalysisPage.Build(analysis));
                    cli.Error.WriteLine($"wrote {file}");
                }
                if (parsed.GetValue(json))
                {
                    cli.WriteJson(analysis);
                }
                else
                {
                    cli.Out.Write(AnalysisText.Of(analysis));
                }
            }
        );
        return command;
    }
}
