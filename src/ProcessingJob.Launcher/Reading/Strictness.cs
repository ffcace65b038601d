using ProcessingJob.Contract;
using ProcessingJob.Contract.Output;

namespace ProcessingJob.Launcher.Reading;

/// <summary>What --strict makes of warnings.</summary>
public static class Strictness
{
    /// <exception cref="PJobException">BadSpec: there are warnings.</exception>
    public static void Require(IReadOnlyList<JobWarning> warnings)
    {
        if (warnings.Count > 0)
        {
            throw new PJobException(Message(warnings), ExitCode.BadSpec);
        }
    }

    public static string Message(IReadOnlyList<JobWarning> warnings) =>
        $"--strict: found {(warnings.Count == 1 ? "a warning" : $"{warnings.Count} warnings")}:\n"
        + string.Join('\n', warnings.Select(warning => $"  {warning}"));
}
