using ProcessingJob.Cli.Display;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Launcher.Hub;

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
        cli.Error.WriteLine($"fetching {address} from {options.Endpoint} …");
        if (!cli.ErrorIsTerminal)
        {
            return await hub.FetchAsync(address, new Lines(cli.Error), cancellationToken);
        }

        var bars = new Bars(new(cli.Error, StatusLines.WidthOfConsole));
        try
        {
            return await hub.FetchAsync(address, bars, cancellationToken);
        }
        finally
        {
            bars.Clear();
        }
    }

    sealed class Lines(TextWriter output) : IProgress<HubProgress>
    {
        public void Report(HubProgress value)
        {
            if (value.Note is { } note)
            {
                output.WriteLine(note);
            }
            else if (value.Bytes == value.Size)
            {
                output.WriteLine($"fetched {value.File}, {Text.Bytes(value.Size)}");
            }
        }
    }

    /// <summary>A bar for the file that is coming; a line for each that has come.</summary>
    sealed class Bars(StatusLines lines) : IProgress<HubProgress>
    {
        const int Cells = 20;

        public void Report(HubProgress value)
        {
            if (value.Note is { } note)
            {
                lines.Print(note);
            }
            else if (value.Bytes == value.Size)
            {
                Clear();
                lines.Print($"fetched {value.File}, {Text.Bytes(value.Size)}");
            }
            else
            {
                var share = value.Size > 0 ? (double)value.Bytes / value.Size : 0;
                lines.Show([
                    $"{StatusLines.Bar(share, Cells)} {Text.Percent(Math.Round(share, 3))}  {Text.Bytes(value.Bytes)}  {value.File}",
                ]);
            }
        }

        public void Clear() => lines.Show([]);
    }
}
