using ProcessingJob.Contract;
using ProcessingJob.Contract.Columns;
using ProcessingJob.Contract.Output;
using ProcessingJob.Contract.Plan;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Data.Finalizing;
using ProcessingJob.Data.Reading;
using ProcessingJob.Launcher.Planning;
using ProcessingJob.Launcher.Reading;
using ProcessingJob.Storage;

namespace ProcessingJob.Launcher.Local;

/// <summary>A spec held against this machine: everything found, nothing written yet.</summary>
sealed record LocalJob
{
    public required string Name { get; init; }

    /// <summary>As the workers get it.</summary>
    public required JobSpec Spec { get; init; }
    public required int Hosts { get; init; }
    public required LocalInput Input { get; init; }
    public required IReadOnlyList<SourceFile> Files { get; init; }
    public required string DataFingerprint { get; init; }
    public required string ModelFolder { get; init; }
    public required IReadOnlyDictionary<string, string> SideFiles { get; init; }
    public required OutputIdentity Identity { get; init; }
    public required LocalStore Output { get; init; }

    /// <summary>Types of the id and the kept columns, of the ordinally first file that is not empty; null: all are empty.</summary>
    public required IReadOnlyList<KeptColumn>? Schema { get; init; }

    /// <summary>What of the data is left out or converted.</summary>
    public required IReadOnlyList<JobWarning> DataWarnings { get; init; }

    public string HostsFolder => Path.Combine(Output.Location, LocalStore.PrivateFolder, "hosts");

    /// <exception cref="PJobException">Exit code 2: the spec is wrong or its data is not there; 4: the model is not there.</exception>
    public static async Task<LocalJob> PrepareAsync(
        JobSpec given,
        DurableFiles? outputFiles,
        IProgress<StepProgress>? progress,
        CancellationToken cancellationToken
    )
    {
        SpecRules.Check(given);
        var (spec, sideFiles) = Local.SideFiles.Collect(given);
        var hosts = spec.Compute.InstanceCount;
        var input = LocalInput.Resolve(spec.Input.Data, spec.Input.Format);
        var output = LocalStore.Within(OutputFolder(spec, input), outputFiles);
        var model = ModelFolderOf(spec.Model);
        var modelFingerprint = FolderFiles.FingerprintModelAsync(model, cancellationToken);
        var files = await input.HashAsync(progress, cancellationToken).ConfigureAwait(false);
        var look = await InputLook
            .AtAsync(spec.Input, new LocalData(input.Root), files, input.Skipped, cancellationToken)
            .ConfigureAwait(false);
        spec = spec with { Input = look.Input };
        files = await FileShapes.LookAsync(files, spec.Input, new LocalData(input.Root), progress, cancellationToken).ConfigureAwait(false);
        var identity = new OutputIdentity(spec, await modelFingerprint.ConfigureAwait(false));
        var data = JobPlanner.DataFingerprint(files);

        var all = Fingerprints.OfItems([("spec", identity.SpecFingerprint), ("model", identity.ModelFingerprint), ("data", data)]);
        return new()
        {
            Name = $"{spec.Name}-{all[..8]}",
            Spec = spec,
            Hosts = hosts,
            Input = input,
            Files = files,
            DataFingerprint = data,
            ModelFolder = model,
            SideFiles = sideFiles,
            Identity = identity,
            Output = output,
            Schema = look.Schema,
            DataWarnings = look.Warnings,
        };
    }

    /// <summary>What the model folder is used for, read as the workers will read it.</summary>
    /// <exception cref="PJobException">Exit code 4 or 2: what a worker would refuse.</exception>
    public ModelUse ReadModel() => ModelUse.Of(Spec, ModelFolder, Spec.Compute.Device);

    /// <summary>The plan, given what the output has already.</summary>
    public async Task<JobPlan> PlanAsync(
        IReadOnlyList<JobWarning> warnings,
        IProgress<StepProgress>? progress,
        CancellationToken cancellationToken
    )
    {
        warnings = [.. warnings, .. DataWarnings];
        var committed = await CommittedUnits
            .FindAsync(
                Output,
                Files,
                () => JobPlanner.FirstIds(Spec, Files, Identity.ModelFingerprint, Hosts),
                Identity,
                progress,
                cancellationToken
            )
            .ConfigureAwait(false);
        var plan = JobPlanner.Create(Name, Spec, Files, Identity.ModelFingerprint, Hosts, committed);
        plan = plan with { Work = plan.Work with { Schema = Schema } };
        return plan with
        {
            Warnings =
                plan.UnitsLeft == 0 || plan.UnitsLeft >= plan.Hosts.Count
                    ? warnings
                    :
                    [
                        .. warnings,
                        new("idle_hosts", $"units left: {plan.UnitsLeft}, for {plan.Hosts.Count} hosts: some have nothing to do"),
                    ],
        };
    }

    static string OutputFolder(JobSpec spec, LocalInput input)
    {
        if (spec.Output.Data.Length == 0)
        {
            throw new PJobException("output.data: not set; expected a folder (or --output DIR)", ExitCode.BadSpec);
        }

        if (S3Uri.IsS3(spec.Output.Data))
        {
            throw new PJobException(
                $"output.data: found {spec.Output.Data}, expected a folder on this machine; fix: add --sagemaker to write to S3",
                ExitCode.BadSpec
            );
        }

        var folder = Path.GetFullPath(spec.Output.Data).TrimEnd(Path.DirectorySeparatorChar);
        if (File.Exists(folder))
        {
            throw new PJobException($"output.data: {folder} is a file, expected a folder", ExitCode.BadSpec);
        }

        var inside = input.Files.FirstOrDefault(f =>
            input.PathOf(f).StartsWith(folder + Path.DirectorySeparatorChar, StringComparison.Ordinal)
        );
        if (
            inside is not null
            || (
                Directory.Exists(spec.Input.Data)
                && (folder + Path.DirectorySeparatorChar).StartsWith(input.Root + Path.DirectorySeparatorChar, StringComparison.Ordinal)
            )
        )
        {
            throw new PJobException(
                $"output.data: {folder} and input.data must not contain each other: the next run would read what this one writes",
                ExitCode.BadSpec
            );
        }

        if (IsWithin(folder, Path.GetFullPath(spec.Model)))
        {
            throw new PJobException(
                $"output.data: {folder} lies in the model's folder; fix: choose a folder outside, or the model would be another one",
                ExitCode.BadSpec
            );
        }

        for (var above = Path.GetDirectoryName(folder); above is not null; above = Path.GetDirectoryName(above))
        {
            if (IsWithin(folder, Path.Combine(above, OutputLayout.DataFolder)) && File.Exists(Path.Combine(above, OutputLayout.Manifest)))
            {
                throw new PJobException(
                    $"output.data: {folder} lies among the parts of another output, {above}, whose readers would take its files for those; "
                        + "fix: choose a folder outside",
                    ExitCode.BadSpec
                );
            }
        }

        return folder;
    }

    static bool IsWithin(string folder, string other) =>
        (folder + Path.DirectorySeparatorChar).StartsWith(
            Path.TrimEndingDirectorySeparator(other) + Path.DirectorySeparatorChar,
            StringComparison.Ordinal
        );

    static string ModelFolderOf(string model)
    {
        if (S3Uri.IsS3(model))
        {
            throw new PJobException(
                $"model: found {model}, expected a folder on this machine; fix: copy it here first, or add --sagemaker",
                ExitCode.BadSpec
            );
        }

        return ModelPlace.FolderOf(model);
    }
}
