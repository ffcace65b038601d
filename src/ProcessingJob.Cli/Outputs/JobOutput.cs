using ProcessingJob.Contract;
using ProcessingJob.Contract.Output;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Storage;

namespace ProcessingJob.Cli.Outputs;

/// <summary>A finished output in a folder.</summary>
/// <param name="Folder">Where it is.</param>
/// <param name="Manifest">What it is made of.</param>
/// <param name="Spec">The job's spec.</param>
sealed record JobOutput(string Folder, Manifest Manifest, JobSpec Spec)
{
    /// <exception cref="PJobException">There is no finished output.</exception>
    public static JobOutput Open(string folder)
    {
        if (S3Uri.IsS3(folder))
        {
            throw new PJobException(
                $"{folder}: is on S3, expected a local folder; copy it with: aws s3 sync {folder} FOLDER ('pjob check' reads S3 directly)",
                ExitCode.BadSpec
            );
        }

        var file = Path.Combine(folder, OutputLayout.Manifest);
        if (!File.Exists(file))
        {
            throw new PJobException(
                Directory.Exists(folder)
                    ? $"{folder}: has no {OutputLayout.Manifest}: the job has not finished; continue it with 'pjob run'"
                    : $"{folder}: no such folder; expected the output of a finished job",
                ExitCode.BadSpec
            );
        }
        var manifest = ContractJson.Read<Manifest>(File.ReadAllBytes(file), file);
        return new(Path.GetFullPath(folder), manifest, SpecReader.Parse(manifest.Spec.ToJsonString(), file));
    }

    /// <summary>Parts with rows, in the manifest's order.</summary>
    public IEnumerable<PartRecord> Parts => Manifest.Parts.Where(p => p.Rows > 0);

    /// <exception cref="PJobException">The part's path leads out of the folder.</exception>
    public string PathOf(PartRecord part)
    {
        var path = Path.GetFullPath(Path.Combine(Folder, part.Path));
        return path.StartsWith(Folder + Path.DirectorySeparatorChar, StringComparison.Ordinal)
            ? path
            : throw new PJobException($"{part.Path}: points outside the output folder {Folder}");
    }

    /// <summary>The hosts' reports by name; those that cannot be read are left out.</summary>
    public IReadOnlyList<HostReport> Reports()
    {
        var folder = Path.Combine(Folder, OutputLayout.ReportFolder);
        if (!Directory.Exists(folder))
        {
            return [];
        }

        return
        [
            .. Directory
                .EnumerateFiles(folder, "*.json")
                .Order(StringComparer.Ordinal)
                .Select(f => ContractJson.Read<HostReport>(File.ReadAllBytes(f), f)),
        ];
    }

    /// <summary>Rejects of all units, a few of every reason.</summary>
    public IReadOnlyList<Reject> RejectSamples(int perReason)
    {
        var samples = new Dictionary<string, List<Reject>>();
        foreach (var part in Manifest.RejectFiles)
        {
            if (!File.Exists(PathOf(part)))
            {
                continue;
            }

            foreach (var line in File.ReadLines(PathOf(part)))
            {
                var reject = ContractJson.Read<Reject>(System.Text.Encoding.UTF8.GetBytes(line), part.Path);
                if (!samples.TryGetValue(reject.Reason, out var list))
                {
                    samples[reject.Reason] = list = [];
                }

                if (list.Count < perReason)
                {
                    list.Add(reject);
                }
            }
            // Enough of every reason: the files of a large job are not read to their end.
            if (samples.Count == Manifest.Rejects.Count && samples.Values.All(s => s.Count >= perReason))
            {
                break;
            }
        }
        return [.. samples.OrderBy(s => s.Key, StringComparer.Ordinal).SelectMany(s => s.Value)];
    }
}
