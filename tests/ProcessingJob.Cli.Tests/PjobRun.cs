using ProcessingJob.Cli.Display;

namespace ProcessingJob.Cli.Tests;

/// <summary>A run of pjob inside the test's process.</summary>
sealed record PjobRun(int ExitCode, string Out, string Error)
{
    public static Task<PjobRun> RunAsync(params string[] args) => RunAsync("", args);

    public static async Task<PjobRun> RunAsync(string input, string[] args)
    {
        using var signals = new CommandStop();
        var (output, error) = (new StringWriter(), new StringWriter());
        var cli = new CliContext
        {
            In = new StringReader(input),
            Out = output,
            Error = error,
            Variable = _ => null,
        };
        return new(await App.RunAsync(args, cli, signals), output.ToString(), error.ToString());
    }
}
