using System.Text;
using Amazon.S3;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Columns;
using ProcessingJob.Contract.Container;
using ProcessingJob.Contract.Output;
using ProcessingJob.Contract.Plan;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Data.Finalizing;
using ProcessingJob.Data.Reading;
using ProcessingJob.Launcher.Aws;
using ProcessingJob.Launcher.Cost;
using ProcessingJob.Launcher.Planning;
using ProcessingJob.Launcher.Reading;
using ProcessingJob.Storage;

namespace ProcessingJob.Launcher.SageMaker;

/// <summary>A spec held against an AWS account: everything looked up, nothing written and nothing started yet.</summary>
sealed record RemoteJob
{
    /// <summary>As the workers get it.</summary>
    public required JobSpec Spec { get; init; }
    public required IReadOnlyList<SourceFile> Files { get; init; }
    public required string DataFingerprint { get; init; }
    public required OutputIdentity Identity { get; init; }
    public required S3Store Output { get; init; }
    public required S3Uri OutputUri { get; init; }
    public required IReadOnlyDictionary<string, byte[]> SideFiles { get; init; }
    public required string RoleArn { get; init; }
    public required ResolvedImage Image { get; init; }

    /// <summary>Null: the data is on this machine and has to be staged.</summary>
    public required S3Input? RemoteData { get; init; }
    public required LocalInput? LocalData { get; init; }

    /// <summary>Null: the model is on this machine and has to be staged.</summary>
    public required S3Input? RemoteModel { get; init; }
    public required string? LocalModel { get; init; }
    public required IReadOnlyList<SourceFile> ModelFiles { get; init; }

    /// <summary>Types of the id and the kept columns, of the ordinally first file that is not empty; null: all are empty.</summary>
    public required IReadOnlyList<KeptColumn>? Schema { get; init; }

    /// <summary>What of the data is left out or converted.</summary>
    public required IReadOnlyList<JobWarning> DataWarnings { get; init; }

    /// <summary>What the workers of an earlier run have chosen.</summary>
    public EarlierChoices Earlier { get; init; } = EarlierChoices.None;

    /// <summary>Whether it is prepared for many executions, whose files are not for a lifecycle rule to remove.</summary>
    public bool Recurring { get; init; }

    /// <summary>Beside the output, in its bucket: what is staged there stays within the account's own rules.</summary>
    public S3Uri Staging => new(OutputUri.Bucket, Recurring ? "processingjob-recurring/" : "processingjob/");

    /// <summary>Folder of the data on S3, known before it is staged: its name is made of the content.</summary>
    public S3Uri DataUri => RemoteData?.Root ?? Stager.FolderOf(Staging, "data", Files);

    /// <summary>Folder of the model, likewise.</summary>
    public S3Uri ModelUri => RemoteModel?.Root ?? Stager.FolderOf(Staging, "models", ModelFiles);

    /// <summary>Name of the n-th attempt.</summary>
    public string NameOf(int attempt) =>
        JobNames.Of(
            Spec.Name,
            Fingerprints.OfItems([
                ("spec", Identity.SpecFingerprint),
                ("model", Identity.ModelFingerprint),
                ("data", DataFingerprint),
                ("output", OutputUri.ToString()),
            ])[..10],
            attempt
        );

    /// <summary>Name of a request for many executions, whatever the data will be then; each execution needs one of its own.</summary>
    public string RecurringName =>
        JobNames.Of(
            Spec.Name,
            Fingerprints.OfItems([
                ("spec", Identity.SpecFingerprint),
                ("model", Identity.ModelFingerprint),
                ("output", OutputUri.ToString()),
            ])[..10]
        );

    /// <summary>The plan for so many hosts; a worker that streams is told where to.</summary>
    public JobPlan Plan(string name, int hosts, CommittedWork committed)
    {
        var plan = JobPlanner.Create(name, Spec, Files, Identity.ModelFingerprint, hosts, committed);
        return plan with
        {
            Work = Earlier.In(plan.Work) with
            {
                Schema = Schema,
                // Which files a host gets by key, and so which units it makes, is the service's to say.
                UnitCount = Spec.Input.Sharding == Sharding.ByKey ? null : plan.Units.Count,
                DataUri = Spec.Input.Transfer == Transfer.Stream ? RemoteData!.Root.ToString() : null,
                OutputUri = Spec.Output.Transfer == Transfer.Stream ? OutputUri.ToString() : null,
            },
        };
    }

    /// <exception cref="PJobException">Exit code 2 or 4: something named in the spec is not there; 5: AWS refused.</exception>
    public static async Task<RemoteJob> PrepareAsync(
        JobSpec given,
        AwsConnection connection,
        IAmazonS3 s3,
        IProgress<StepProgress>? progress,
        CancellationToken cancellationToken
    )
    {
        SpecRules.Check(given);
        var output = S3Uri.Parse(given.Output.Data, "output.data").AsFolder();
        var (spec, sideFiles) = await RemoteSideFiles.CollectAsync(given, s3, cancellationToken).ConfigureAwait(false);
        var image = new ImageResolver(connection).ResolveAsync(
            spec.Aws.Image
                ?? throw new PJobException(
                    "aws.image: not set; fix: scripts/publish-image.sh builds the worker's image, puts it into ECR and prints its address",
                    ExitCode.BadSpec
                ),
            cancellationToken
        );
        var data = S3Uri.IsS3(spec.Input.Data)
            ? await S3Input
                .ListAsync(s3, AwsConnection.S3Options, spec.Input.Data, "input.data", spec.Input.Format, progress, cancellationToken)
                .ConfigureAwait(false)
            : null;
        var local = data is null ? LocalInput.Resolve(spec.Input.Data, spec.Input.Format) : null;
        CheckApart(data, output);
        var model = S3Uri.IsS3(spec.Model)
            ? await S3Input
                .ListAsync(s3, AwsConnection.S3Options, spec.Model, "model", format: null, cancellationToken: cancellationToken)
                .ConfigureAwait(false)
            : null;
        var folder = model is null ? ModelPlace.FolderOf(spec.Model) : null;
        var files = data?.Files ?? await local!.HashAsync(progress, cancellationToken).ConfigureAwait(false);
        var modelFiles = model?.Files ?? await FolderFiles.HashModelAsync(folder!, cancellationToken).ConfigureAwait(false);
        // Staged data has a place on S3 only later; until then the worker could not be told where to read.
        if (data is null && spec.Input.Transfer == Transfer.Stream)
        {
            throw new PJobException(
                "input.transfer: stream reads S3, but input.data is on this machine; fix: use transfer: service, or upload the "
                    + "data and name its s3:// address",
                ExitCode.BadSpec
            );
        }

        IDataRoot root = data is null ? new LocalData(local!.Root) : new S3Data(s3, data.Root, AwsConnection.S3Options);
        var look = await InputLook
            .AtAsync(spec.Input, root, files, data?.Skipped ?? local!.Skipped, cancellationToken)
            .ConfigureAwait(false);
        spec = spec with { Input = look.Input };
        files = await FileShapes.LookAsync(files, spec.Input, root, progress, cancellationToken).ConfigureAwait(false);
        return new()
        {
            Spec = spec,
            Schema = look.Schema,
            DataWarnings = look.Warnings,
            Files = files,
            DataFingerprint = JobPlanner.DataFingerprint(files),
            Identity = new OutputIdentity(spec, Fingerprints.OfItems(modelFiles.Select(f => (f.Source, f.Version)))),
            Output = new S3Store(s3, output, AwsConnection.S3Options, spec.Aws.KmsKey),
            OutputUri = output,
            SideFiles = sideFiles,
            RoleArn = await new RoleResolver(connection).ResolveAsync(spec.Aws.Role, cancellationToken).ConfigureAwait(false),
            Image = await image.ConfigureAwait(false),
            RemoteData = data,
            LocalData = local,
            RemoteModel = model,
            LocalModel = folder,
            ModelFiles = modelFiles,
        };
    }

    /// <summary>
    /// Folder of a job's config channel. Its content names it: of two submitters of one name, neither overwrites what the other's hosts
    /// read.
    /// </summary>
    public S3Uri ConfigFolder(string name, IEnumerable<(string Name, byte[] Content)> files) =>
        Staging.Append(
            $"jobs/{name}/{Fingerprints.OfItems(files.Select(f => (f.Name, Fingerprints.OfStream(new MemoryStream(f.Content)))))}/config/"
        );

    /// <summary>The request for this many hosts of one of some types; the same before and after staging.</summary>
    /// <exception cref="PJobException">Exit code 2: it is outside the service's limits.</exception>
    public CreateJobRequest Request(string name, IReadOnlyList<string> instanceTypes, int hosts, string region, S3Uri config) =>
        SageMakerRequest.Build(
            Spec with
            {
                Compute = Spec.Compute with { InstanceCount = hosts },
            },
            Place(name, instanceTypes, region, config)
        );

    JobPlacement Place(string name, IReadOnlyList<string> instanceTypes, string region, S3Uri config) =>
        new()
        {
            JobName = name,
            Region = region,
            RoleArn = RoleArn,
            ImageUri = Image.Uri,
            InstanceTypes = instanceTypes,
            Config = config,
            Model = ModelUri,
            Data = RemoteData?.Object ?? DataUri,
            DataIsObject = RemoteData?.Object is not null,
            Output = OutputUri,
        };

    /// <summary>
    /// Where the hosts compute: types with GPUs use them, or the job fails; auto must not end on their few cores. Where a list holds both
    /// kinds, each host decides by its own type.
    /// </summary>
    public DeviceKind DeviceOn(IReadOnlyList<string> instanceTypes) =>
        Spec.Compute.Device == DeviceKind.Auto && instanceTypes.All(InstanceTypes.Default.HasGpu) ? DeviceKind.Cuda : Spec.Compute.Device;

    /// <summary>The config channel: spec, plan and the files the spec names.</summary>
    /// <param name="plan">Of this job.</param>
    /// <param name="instanceTypes">Say the device.</param>
    public IEnumerable<(string Name, byte[] Content)> ConfigFiles(JobPlan plan, IReadOnlyList<string> instanceTypes) =>
        ConfigFiles(plan.Spec, instanceTypes).Concat(PlanFiles.Write(plan.Work));

    /// <summary>The same without a plan.</summary>
    /// <param name="given">Of this job.</param>
    /// <param name="instanceTypes">Say the device.</param>
    public IEnumerable<(string Name, byte[] Content)> ConfigFiles(JobSpec given, IReadOnlyList<string> instanceTypes)
    {
        var spec = given with { Compute = given.Compute with { Device = DeviceOn(instanceTypes) } };
        yield return (Path.GetFileName(new ContainerPaths("/").JobFile), Encoding.UTF8.GetBytes(SpecWriter.ToJobFile(StoredSpec.Of(spec))));
        foreach (var (name, content) in SideFiles)
        {
            yield return (name, content);
        }
    }

    static void CheckApart(S3Input? data, S3Uri output)
    {
        if (
            data is not null
            && data.Root.Bucket == output.Bucket
            && (
                data.Root.Key.StartsWith(output.Key, StringComparison.Ordinal)
                || (data.Object is null && output.Key.StartsWith(data.Root.Key, StringComparison.Ordinal))
            )
        )
        {
            throw new PJobException(
                $"output.data: {output} and input.data must not contain each other: the next run would read what this one writes",
                ExitCode.BadSpec
            );
        }
    }
}
