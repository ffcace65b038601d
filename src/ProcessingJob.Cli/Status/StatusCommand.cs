using System.CommandLine;
using ProcessingJob.Cli.Commands;
using ProcessingJob.Cli.Display;
using ProcessingJob.Cli.Outputs;
using ProcessingJob.Contract;
using ProcessingJob.Launcher.Local;
using ProcessingJob.Launcher.Progress;
using ProcessingJob.Launcher.SageMaker;

namespace ProcessingJob.Cli.Status;

static class StatusCommand
{
    public static Command Create(CliContext cli)
    {
        var command = new Command("status", "Show the status of a job");
        var folder = new Argument<string>("DIR|NAME") { Description = "Folder of an output, or name of a job on SageMaker" };
        var region = CommonOptions.Region();
        var json = CommonOptions.Json();
        command.Arguments.Add(folder);
        command.Options.Add(region);
        command.Options.Add(json);
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                var what = parsed.GetRequiredValue(folder);
                if (!Directory.Exists(what) && JobNames.IsName(what))
                {
                    return await RemoteAsync(cli, what, parsed.GetValue(region), parsed.GetValue(json), cancellationToken);
                }

                OutputPlace.Require(what);
                var status = await LocalStatus.ReadAsync(what, cancellationToken);
                if (parsed.GetValue(json))
                {
                    cli.WriteJson(status);
                }
                else
                {
                    cli.Out.Write(Describe(status));
                }

                return 0;
            }
        );
        return command;
    }

    static async Task<int> RemoteAsync(CliContext cli, string name, string? region, bool json, CancellationToken cancellationToken)
    {
        try
        {
            var status = await RemoteStatus.ReadAsync(new SageMakerTarget(cli.Connect(region), cli.Time), name, cancellationToken);
            if (json)
            {
                cli.WriteJson(status);
            }
            else
            {
                cli.Out.Write(Describe(status));
            }

            return 0;
        }
        catch (PJobException e)
        {
            throw new PJobException($"{name} is not a folder on this machine; as a job on SageMaker: {e.Message}", e.ExitCode, e);
        }
    }

    static string Describe(RemoteStatus status)
    {
        var text =
            $"{status.Job}: {status.State}{(status.Hosts > 0 ? $", {Text.Plural(status.Hosts, "host")} of {status.InstanceType}" : "")}\n";
        text +=
            $"created {Text.Time(status.CreatedAt)}"
            + (status.StartedAt is { } start ? $", started {Text.Time(start)}" : "")
            + (status.EndedAt is { } end ? $", ended {Text.Time(end)}" : "")
            + "\n";
        if (status.Output is { } output)
        {
            text +=
                $"output: {output}"
                + (
                    status.UnitsCommitted is { } done
                        ? $", {Text.Plural(done, "unit")}{(status.Units is { } units ? $" of {Text.Count(units)}" : "")} committed"
                        : ""
                )
                + "\n";
        }
        text += Describe(status.Progress, status.Hosts);
        // The message of a failure names the console too.
        return $"{text}{status.Message ?? $"console: {status.Console}"}\n";
    }

    static string Describe(JobProgress? progress, int hosts)
    {
        if (progress is null)
        {
            return "";
        }

        var share =
            progress.TotalBytes > 0 ? $" ({Text.Percent(Math.Round((double)progress.Bytes / progress.TotalBytes, 3))} of the input)" : "";
        return $"progress: {Text.Plural(progress.Rows, "row")}{share}"
            + (progress.RowsPerSecond is { } rate ? $", {Text.Count(rate)} rows/s" : "")
            + (progress.Rejects > 0 ? $", {Text.Count(progress.Rejects)} rejected" : "")
            + (progress.Hosts < hosts ? $"; {Text.Count(progress.Hosts)} of {Text.Count(hosts)} hosts say so far" : "")
            + "\n";
    }

    static string Describe(LocalStatus status)
    {
        var text = $"{SafeText.Of(status.Output)}: {status.State.Text()}\n";
        if (status.UnitsCommitted > 0)
        {
            text +=
                $"committed: {Text.Plural(status.UnitsCommitted, "unit")}{(status.Units is { } units ? $" of {Text.Count(units)}" : "")}\n";
        }

        if (status.Progress is { } now)
        {
            text += $"{Text.Percent(Math.Round(now.Share, 3))}  {EventText.Rates(now)}\n";
        }

        if (status.Counts is { } counts)
        {
            text +=
                $"{Text.Count(counts.RowsIn)} rows in, {Text.Count(counts.RowsOut)} rows out, {Text.Count(counts.RejectedRows)} rejected, "
                + $"{Text.Plural(counts.Parts, "part")}, {Text.Bytes(counts.Bytes)}\n";
        }

        if (status.Message is { } message)
        {
            text += $"last run: {message}\n";
        }

        return status.State == JobState.Interrupted ? $"{text}fix: the same 'pjob run' goes on from what is committed\n" : text;
    }
}
