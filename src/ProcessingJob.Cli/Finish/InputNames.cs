using ProcessingJob.Cli.Display;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Launcher.Aws;
using ProcessingJob.Launcher.Progress;
using ProcessingJob.Storage;

namespace ProcessingJob.Cli.Finish;

/// <summary>The files that an output should be made of, as far as this machine can see them.</summary>
static class InputNames
{
    /// <returns>Null where the output does not say where its input is, or that is not here; the user is told.</returns>
    public static async Task<IReadOnlyCollection<string>?> FindAsync(
        CliContext cli,
        InputSpec? input,
        string? region,
        CancellationToken cancellationToken
    )
    {
        var (data, format) = (input?.Data ?? "", input?.Format ?? InputFormat.Auto);
        if (S3Uri.IsS3(data))
        {
            using var s3 = cli.Connect(region).S3();
            var steps = new StepNotes(cli.Time, cli.Error.WriteLine);
            var listed = await S3Input.ListAsync(s3, AwsConnection.S3Options, data, "input.data", format, steps, cancellationToken);
            return [.. listed.Files.Select(f => f.Source)];
        }

        try
        {
            if (data.Length > 0)
            {
                return LocalInput.Resolve(data, format).Files;
            }
        }
        catch (PJobException)
        {
            // Named as it is on another machine.
        }

        cli.WriteError(
            data.Length == 0
                ? "note: the output does not name its input, so that a file without any unit is not missed"
                : $"note: {data} is not on this machine, so that a file without any unit is not missed"
        );
        return null;
    }
}
