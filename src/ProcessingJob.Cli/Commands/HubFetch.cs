using ProcessingJob.Cli.Display;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Launcher.Hub;
using Spectre.Console;

namespace ProcessingJob.Cli.Commands;

/// <summary>Downloads models of the Hugging Face Hub into this machine's cache.</summary>
static class HubFetch
{
    const string Scheme = "hf://";

    /// <summary>The spec with <c>model: hf://owner/name@revision</c> replaced by the folder that it was fetched into.</summary>
    /// <exception cref="PJobException">Exit code 4: no such model or no access.</exception>
    public static async Task<JobSpec> ResolveAsync(CliContext cli, JobSpec spec, CancellationToken cancellationToken)
    {
        if (!spec.Model.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            return spec;
        }

        var options = cli.Hub() with { ModelFile = spec.Compute.ModelFile, Device = spec.Compute.Device };
        return spec with { Model = await FetchAsync(cli, options, spec.Model, cancellationToken) };
    }

    /// <summary>Fetches a model; its folder in the cache. Progress goes to standard error: a bar per file, or a line per file.</summary>
    public static async Task<string> FetchAsync(CliContext cli, HubOptions options, string address, CancellationToken cancellationToken)
    {
        using var hub = new HubClient(options, cli.Time);
        if (!cli.ErrorIsTerminal)
        {
            return await hub.FetchAsync(address, new Lines(cli.Error), cancellationToken);
        }

        var console = Display.Terminal.On(cli.Error, cli);
        return await console
            .Progress()
            .Columns(
                new TaskDescriptionColumn { Alignment = Justify.Left },
                new ProgressBarColumn(),
                new PercentageColumn(),
                new TransferSpeedColumn()
            )
            .StartAsync(bars => hub.FetchAsync(address, new Bars(bars), cancellationToken));
    }

    sealed class Lines(TextWriter output) : IProgress<HubProgress>
    {
        public void Report(HubProgress value)
        {
            if (value.Bytes == value.Size)
            {
                output.WriteLine($"fetched {value.File}, {Display.Text.Bytes(value.Size)}");
            }
        }
    }

    sealed class Bars(ProgressContext bars) : IProgress<HubProgress>
    {
        readonly Dictionary<string, ProgressTask> _files = [];

        public void Report(HubProgress value)
        {
            lock (_files)
            {
                if (!_files.TryGetValue(value.File, out var bar))
                {
                    bar = _files[value.File] = bars.AddTask(Markup.Escape(value.File), maxValue: Math.Max(1, value.Size));
                }

                bar.Value = value.Bytes;
            }
        }
    }
}
