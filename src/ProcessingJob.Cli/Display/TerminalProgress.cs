using ProcessingJob.Launcher.Progress;
using Spectre.Console;

namespace ProcessingJob.Cli.Display;

/// <summary>For people: a bar per host, redrawn in place, and warnings above them.</summary>
sealed class TerminalProgress(IAnsiConsole console, ProgressContext bars) : IProgress<JobEvent>
{
    readonly Dictionary<string, ProgressTask> _hosts = [];
    readonly Lock _lock = new();

    public void Report(JobEvent value)
    {
        lock (_lock)
        {
            switch (value)
            {
                case JobPlanned planned:
                    console.WriteLine(EventText.Of(planned)!);
                    foreach (var host in planned.Plan.Hosts.Where(_ => planned.Plan.UnitsLeft > 0))
                    {
                        _hosts[host.Host] = bars.AddTask($"{host.Host}  starting", autoStart: false, maxValue: Math.Max(1, host.BytesLeft));
                    }

                    break;
                case HostStarted started:
                    Bar(started.Host, 1).StartTask();
                    break;
                case HostProgressed progress:
                    var bar = Bar(progress.Host, progress.Progress.TotalBytes);
                    bar.Value = Math.Min(bar.MaxValue, progress.Progress.Bytes);
                    bar.Description =
                        $"{progress.Host}  {Text.Count(progress.Progress.Rows)} rows, {Text.Count(progress.Progress.Tokens)} tokens";
                    break;
                case HostEnded ended:
                    var done = Bar(ended.Host, 1);
                    done.Description = $"{ended.Host}  {(ended.ExitCode == 0 ? "done" : $"exit code {ended.ExitCode}")}";
                    if (ended.ExitCode == 0)
                    {
                        done.Value = done.MaxValue;
                    }

                    done.StopTask();
                    break;
                case HostLogged { Event.Level: "Information" or "Debug" or "Verbose" }:
                    break;
                default:
                    if (EventText.Of(value) is { } line)
                    {
                        console.WriteLine(line);
                    }

                    break;
            }
        }
    }

    // A job that was found running has hosts of which no plan was told.
    ProgressTask Bar(string host, long totalBytes)
    {
        if (!_hosts.TryGetValue(host, out var bar))
        {
            bar = _hosts[host] = bars.AddTask(host, autoStart: true, maxValue: Math.Max(1, totalBytes));
        }
        else if (bar.MaxValue <= 1 && totalBytes > 1)
        {
            bar.MaxValue = totalBytes;
        }

        return bar;
    }
}
