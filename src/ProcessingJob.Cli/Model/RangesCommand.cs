using System.CommandLine;
using ProcessingJob.Cli.Analyze;
using ProcessingJob.Cli.Commands;
using ProcessingJob.Cli.Display;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Plan;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Inference.Embedders;
using ProcessingJob.Inference.Heads;
using ProcessingJob.Storage;
using ProcessingJob.Tokenization;

namespace ProcessingJob.Cli.Model;

/// <summary>model ranges: a job's own settings decide what its embeddings are, so it takes a spec, not a folder.</summary>
static class RangesCommand
{
    const int WindowRows = 1024,
        FewRows = 100;

    public static Command Create(CliContext cli)
    {
        var command = new Command(
            "ranges",
            "Write the ranges file for int8 and uint8 embeddings (embed.ranges) from a sample of a job's rows"
        );
        var spec = SpecOptions.AddTo(command, cli);
        var file = new Option<string>("--out", "-o")
        {
            Description = "File to write",
            DefaultValueFactory = _ => "ranges.json",
            HelpName = "FILE",
        };
        var rows = new Option<int>("--rows")
        {
            Description = "Approximate number of rows to embed, spread over the data",
            HelpName = "N",
            DefaultValueFactory = _ => 5000,
        };
        command.Options.Add(file);
        command.Options.Add(rows);
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                var job = await HubFetch.ResolveAsync(cli, spec.Read(parsed), cancellationToken);
                var count = parsed.GetValue(rows) is > 0 and var n
                    ? n
                    : throw new PJobException($"--rows: found {parsed.GetValue(rows)}, expected at least 1", ExitCode.BadSpec);
                var collector = await CollectAsync(job, count, cancellationToken);
                var path = parsed.GetRequiredValue(file);
                ResultFile.Write(path, () => collector.ToRanges().Save(path));
                if (collector.Count < FewRows)
                {
                    cli.Error.WriteLine(
                        $"warning: ranges from only {Text.Plural(collector.Count, "row")} may be inaccurate; fix: use at least {FewRows}"
                    );
                }

                cli.Out.WriteLine($"{path}: ranges of {Text.Plural(collector.Count, "embedding")}; set embed.ranges: {path}");
                return 0;
            }
        );
        return command;
    }

    static async Task<RangesCollector> CollectAsync(JobSpec spec, int rows, CancellationToken cancellationToken)
    {
        var input = LocalInput.Resolve(spec.Input.Data, spec.Input.Format);
        var units = UnitCutter.Cut(input.Files.Select(f => new SourceFile(f, new FileInfo(input.PathOf(f)).Length, "")), spec, "", "");
        using var setup = new TextEmbedder(spec, spec.Model);
        var encoder = setup.CreateEncoder();
        var (windows, window) = (new List<EncodingBuffer>(), new EncodingBuffer());
        await RowSample.ReadAsync(
            spec,
            new LocalData(input.Root),
            units,
            rows,
            (block, row) =>
            {
                encoder.Encode(block.Text(row), window);
                if (window.Count < WindowRows)
                {
                    return;
                }

                windows.Add(window);
                window = new();
            },
            cancellationToken
        );
        if (window.Count > 0)
        {
            windows.Add(window);
        }

        RangesCollector? collector = null;
        foreach (var texts in windows)
        {
            using var result = await setup.Engine.RunAsync(texts, cancellationToken);
            collector ??= new(result.Output.Width);
            for (var i = 0; i < result.Count; i++)
            {
                if (!result.NotFinite(i))
                {
                    collector.Add(result.Row(i));
                }
            }
        }
        return collector is { Count: > 0 }
            ? collector
            : throw new PJobException($"input.data: {spec.Input.Data} has no text that could be embedded", ExitCode.BadSpec);
    }
}
