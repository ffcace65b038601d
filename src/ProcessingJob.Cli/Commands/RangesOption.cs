using System.CommandLine;
using System.Text.RegularExpressions;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Plan;
using ProcessingJob.Contract.Spec;

namespace ProcessingJob.Cli.Commands;

/// <summary>
/// <c>--ranges</c>: an output of int8 or uint8 codes names its ranges by their content and does not hold them; other ranges would make
/// other numbers of the codes without a word.
/// </summary>
static partial class RangesOption
{
    public static Option<string[]> Create() =>
        new("--ranges")
        {
            Description = "The job's embed.ranges, which int8 and uint8 embeddings are read with",
            HelpName = "FILE",
            DefaultValueFactory = _ => [],
        };

    /// <summary>Which of the files is the job's; null: none is needed, or none was named.</summary>
    /// <exception cref="PJobException">BadSpec: a file is not there, or none is the job's.</exception>
    public static string? FileOf(JobSpec spec, IReadOnlyList<string> files)
    {
        if (files.FirstOrDefault(f => !File.Exists(f)) is { } missing)
        {
            throw new PJobException($"--ranges: {missing} does not exist", ExitCode.BadSpec);
        }

        if (spec.Embed.Ranges is not { } own || files.Count == 0)
        {
            return null;
        }

        var content = Content().Match(own);
        return !content.Success
            ? files[0]
            : files.FirstOrDefault(f => Fingerprints.OfFile(f).StartsWith(content.Groups[1].Value, StringComparison.Ordinal))
                ?? throw new PJobException(
                    $"--ranges: found {string.Join(", ", files)}, whose content is not that of the job's embed.ranges ({own}); "
                        + "fix: name the file that the job ran with",
                    ExitCode.BadSpec
                );
    }

    // How a launcher calls a file that travels with the job.
    [GeneratedRegex(@"-([0-9a-f]{16})(\.[^.]*)?$")]
    private static partial Regex Content();
}
