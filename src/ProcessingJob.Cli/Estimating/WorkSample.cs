using ProcessingJob.Cli.Analyze;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Output;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Inference.Heads;
using ProcessingJob.Launcher.Planning;
using ProcessingJob.Models.Folders;
using ProcessingJob.Storage;
using ProcessingJob.Tokenization;

namespace ProcessingJob.Cli.Estimating;

/// <summary>What is left to do of a plan, scaled up by bytes from some rows of it.</summary>
/// <param name="Rows">Expected.</param>
/// <param name="Tokens">Expected, as the model sees them.</param>
sealed record WorkSample(long Rows, long Tokens)
{
    const int SampleRows = 1000;

    /// <summary>Shorter runs measure their own start more than the machine.</summary>
    const double LeastSeconds = 30;

    /// <param name="spec">The job.</param>
    /// <param name="plan">Its units and what is committed.</param>
    /// <param name="data">The input.</param>
    /// <param name="modelFolder">Counts the tokens; it needs no graph.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="PJobException">The data or the model folder cannot be read.</exception>
    public static async Task<WorkSample> TakeAsync(
        JobSpec spec,
        JobPlan plan,
        IDataRoot data,
        string modelFolder,
        CancellationToken cancellationToken
    )
    {
        var left = plan.Hosts.SelectMany(h => h.Left).ToList();
        var (encoder, limit) = Counter(spec, modelFolder);
        var (buffer, tokens) = (new EncodingBuffer(), 0L);
        var sample = await RowSample.ReadAsync(
            spec,
            data,
            left,
            SampleRows,
            (block, row) =>
            {
                buffer.Clear();
                if (block.TextCount > 1)
                {
                    encoder.Encode(block.Text(row), block.Text(row, 1), buffer);
                }
                else
                {
                    encoder.Encode(block.Text(row), buffer);
                }

                // A candidate is a pair of its own.
                tokens += Math.Min(buffer.Length(0), limit) * (long)Math.Max(1, spec.Classify.Candidates.Count);
            },
            cancellationToken
        );
        var scale = sample.IsSample && sample.Bytes > 0 ? left.Sum(u => u.Bytes) / sample.Bytes : 1;
        return new((long)Math.Round(sample.Records * scale), (long)Math.Round(tokens * scale));
    }

    // As the worker encodes, but uncut: what a limit leaves is counted here, and windows repeat only their stride.
    static (TextEncoder Encoder, int Limit) Counter(JobSpec spec, string folder)
    {
        var model = TaskTable.Of(spec.Task).RunsModel ? ModelFolder.Open(folder, ModelOptions.Of(spec) with { WithoutGraph = true }) : null;
        var tokenizer = Tokenizer.Load(model?.EncoderFolder ?? folder);
        var texts = TextPreparation.Of(spec, model, tokenizer);
        var encoder = texts.CreateEncoder(tokenizer, new() { AddSpecialTokens = model is not { IsStatic: true } });
        var isWhole =
            spec.Tokens.Overflow == Overflow.Window || (TaskTable.Of(spec.Task).JoinsWindows && spec.Tokens.Overflow != Overflow.Reject);
        return (encoder, isWhole ? int.MaxValue : texts.MaxLength);
    }

    /// <summary>Tokens/s of one host by instance type, as the reports of an output's last run on SageMaker tell it.</summary>
    public static async Task<Dictionary<string, double>> MeasuredSpeedsAsync(IOutputStore output, CancellationToken cancellationToken) =>
        (await ReportsAsync(output, cancellationToken))
            .Where(r => r.InstanceType is not null && r.BusySeconds >= LeastSeconds)
            .GroupBy(r => r.InstanceType!, StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => g.Average(r => r.Tokens / r.BusySeconds), StringComparer.Ordinal);

    /// <summary>The same of hosts on this machine; null: there are none.</summary>
    public static async Task<double?> MeasuredLocallyAsync(IOutputStore output, CancellationToken cancellationToken) =>
        (await ReportsAsync(output, cancellationToken))
            .Where(r => r.InstanceType is null)
            .Select(r => (double?)(r.Tokens / r.BusySeconds))
            .Average();

    static async Task<List<HostReport>> ReportsAsync(IOutputStore output, CancellationToken cancellationToken)
    {
        var reports = new List<HostReport>();
        await foreach (var file in output.ListAsync(OutputLayout.ReportFolder, cancellationToken))
        {
            if (
                await output.ReadAsync(file.Path, cancellationToken) is { } json
                && ContractJson.Read<HostReport>(json, file.Path) is { Tokens: > 0, BusySeconds: > 0 } report
            )
            {
                reports.Add(report);
            }
        }
        return reports;
    }
}
