using System.Diagnostics;

namespace ProcessingJob.Launcher.Tests.Doctor;

/// <summary>Programs of others, run with the credentials of the mock account.</summary>
static class Commands
{
    public static async Task<(int Code, string Text)> RunAsync(string program, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (
            var (key, value) in new[]
            {
                ("AWS_ACCESS_KEY_ID", "t"),
                ("AWS_SECRET_ACCESS_KEY", "t"),
                ("AWS_DEFAULT_REGION", "us-east-1"),
                ("AWS_EC2_METADATA_DISABLED", "true"),
            }
        )
        {
            start.Environment[key] = value;
        }

        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var text = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, text + await error);
    }
}
