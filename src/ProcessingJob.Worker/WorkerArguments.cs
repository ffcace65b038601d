using ProcessingJob.Contract;
using ProcessingJob.Contract.Container;
using ProcessingJob.Contract.Spec;

namespace ProcessingJob.Worker;

/// <summary>The worker's command line: every key of job.yaml is an option (<c>--tokens.max_length 256</c>), over job.json.</summary>
sealed record WorkerArguments(bool Help, bool SelfTest, IReadOnlyList<KeyValuePair<string, string>> Settings)
{
    const string FinishWord = "finish";
    public const string ProbeWord = "probe";

    /// <summary>Finish an output instead of computing: the one that the worker would write, or <see cref="FinishPlace"/>.</summary>
    public bool Finish { get; init; }

    /// <summary>A folder or s3:// URI; null: the container's output folder.</summary>
    public string? FinishPlace { get; init; }

    /// <summary>Only tell what this host has.</summary>
    public bool Probe { get; init; }

    public static string Usage { get; } =
        """
            ProcessingJob worker: computes text features of its shard under the SageMaker Processing contract.

            It reads /opt/ml/processing/input/{data,model,config} and writes /opt/ml/processing/output; PROCESSINGJOB_ROOT moves /opt/ml.
            The job is described by input/config/job.json, by options, or by both (options win).

              --KEY VALUE    any key of job.yaml, such as --task embed --input.text review_body --tokens.max_length 256
              finish [URI]   checks and finishes an output (default: /opt/ml/processing/output) that hosts wrote without a launcher
              probe          tells what this host has (processor, memory, disk, GPUs, driver) in the exit message
              --self-test    check the devices and the model in input/model, then exit
              --help         this text
            """;

    /// <exception cref="PJobException">An argument is not of these forms (exit code 2).</exception>
    public static WorkerArguments Parse(string[] args)
    {
        if (args is [FinishWord, .. var rest])
        {
            return rest.Length <= 1 && !rest.Any(a => a.StartsWith('-'))
                ? new(false, false, []) { Finish = true, FinishPlace = rest.FirstOrDefault() }
                : throw new PJobException(
                    $"finish: found {string.Join(' ', rest)}, expected at most one s3:// URI or folder",
                    ExitCode.BadSpec
                );
        }

        if (args is [ProbeWord])
        {
            return new(false, false, []) { Probe = true };
        }

        var (help, selfTest) = (false, false);
        var settings = new List<KeyValuePair<string, string>>();
        for (var i = 0; i < args.Length; i++)
        {
            var arg = args[i];
            if (arg is "--help" or "-h")
            {
                help = true;
            }
            else if (arg == "--self-test")
            {
                selfTest = true;
            }
            else if (!arg.StartsWith("--", StringComparison.Ordinal))
            {
                throw new PJobException(
                    $"'{arg}': expected an option such as --tokens.max_length 256; --help lists them",
                    ExitCode.BadSpec
                );
            }
            else if (arg.IndexOf('=') is var equals && equals > 0)
            {
                settings.Add(KeyValuePair.Create(arg[2..equals], arg[(equals + 1)..]));
            }
            else if (i + 1 < args.Length)
            {
                settings.Add(KeyValuePair.Create(arg[2..], args[++i]));
            }
            else
            {
                throw new PJobException($"{arg}: expected a value after it", ExitCode.BadSpec);
            }
        }
        return new(help, selfTest, settings);
    }

    /// <summary>job.json with the options over it, checked.</summary>
    /// <exception cref="PJobException">No spec at all, or a wrong one (exit code 2).</exception>
    public JobSpec ReadSpec(ContainerPaths paths)
    {
        if (!File.Exists(paths.JobFile) && Settings.Count == 0)
        {
            throw new PJobException(
                $"no job spec: expected {paths.JobFile}, or options such as --task embed --input.text review_body",
                ExitCode.BadSpec
            );
        }

        var spec = File.Exists(paths.JobFile) ? SpecReader.ReadFile(paths.JobFile) : new JobSpec();
        foreach (var (key, value) in Settings)
        {
            spec = SpecReader.Apply(spec, key, value);
        }

        SpecRules.Check(spec, inContainer: true);
        return spec;
    }
}
