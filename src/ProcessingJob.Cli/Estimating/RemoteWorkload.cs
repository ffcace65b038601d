using Amazon.S3;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Launcher.Aws;
using ProcessingJob.Launcher.Cost;
using ProcessingJob.Launcher.Planning;
using ProcessingJob.Storage;

namespace ProcessingJob.Cli.Estimating;

/// <summary>What a job on SageMaker has to compute, from a sample of its data and its model's config and tokenizer.</summary>
static class RemoteWorkload
{
    // A model's weights are not needed to count tokens.
    const long LargestSmallFile = 64L << 20;

    /// <exception cref="PJobException">The data or the model cannot be read.</exception>
    public static async Task<Workload> EstimateAsync(
        JobSpec spec,
        JobPlan plan,
        IAmazonS3 s3,
        double? tokensPerSecond,
        CancellationToken cancellationToken
    )
    {
        var remote = S3Uri.IsS3(spec.Model)
            ? await S3Input.ListAsync(s3, AwsConnection.S3Options, spec.Model, "model", format: null, cancellationToken: cancellationToken)
            : null;
        var folder = remote is null ? spec.Model : Directory.CreateTempSubdirectory("pjob-").FullName;
        try
        {
            if (remote is not null)
            {
                await FetchAsync(s3, remote, folder, cancellationToken);
            }

            IDataRoot data = S3Uri.IsS3(spec.Input.Data)
                ? new S3Data(s3, Root(spec.Input.Data, plan), AwsConnection.S3Options)
                : new LocalData(LocalInput.Resolve(spec.Input.Data, spec.Input.Format).Root);
            var sample = await WorkSample.TakeAsync(spec, plan, data, folder, cancellationToken);
            var output = new S3Store(s3, S3Uri.Parse(spec.Output.Data, "output.data"), AwsConnection.S3Options);
            var measured = await WorkSample.MeasuredSpeedsAsync(output, cancellationToken);
            var isKnown = tokensPerSecond is not null || spec.Compute.InstanceType.All(measured.ContainsKey);
            return new()
            {
                Units = [.. plan.Hosts.SelectMany(h => h.Left)],
                Rows = sample.Rows,
                Tokens = sample.Tokens,
                FlopsPerToken = isKnown || !TaskTable.Of(spec.Task).RunsModel ? 0 : ModelFlops.PerToken(folder),
                MeasuredTokensPerSecond = tokensPerSecond,
                MeasuredByType = measured,
                BytesPerHost =
                    Copied(spec, plan)
                    + (remote?.Bytes ?? new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories).Sum(f => f.Length)),
            };
        }
        finally
        {
            if (remote is not null)
            {
                Directory.Delete(folder, recursive: true);
            }
        }
    }

    static async Task FetchAsync(IAmazonS3 s3, S3Input model, string folder, CancellationToken cancellationToken)
    {
        var store = new S3Store(s3, model.Root, AwsConnection.S3Options);
        foreach (
            var file in model.Files.Where(f => f.Size <= LargestSmallFile && Path.GetExtension(f.Source) is ".json" or ".txt" or ".model")
        )
        {
            if (await store.ReadAsync(file.Source, cancellationToken) is { } content)
            {
                var path = Path.Combine(folder, file.Source);
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                await File.WriteAllBytesAsync(path, content, cancellationToken);
            }
        }
    }

    // The address of one object has that object's folder as its root.
    static S3Uri Root(string data, JobPlan plan)
    {
        var at = S3Uri.Parse(data, "input.data");
        return plan.Files is [var only] && at.Name == only.Source ? at with { Key = at.Key[..^only.Source.Length] } : at;
    }

    static long Copied(JobSpec spec, JobPlan plan) =>
        spec.Input.Transfer == Transfer.Stream ? 0
        : spec.Input.Sharding == Sharding.ByKey ? plan.Bytes / plan.Hosts.Count
        : plan.Bytes;
}
