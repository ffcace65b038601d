using ProcessingJob.Launcher.Progress;

namespace ProcessingJob.Cli.Display;

/// <summary>Writes a job's notes to standard error, a line each; nothing else of it.</summary>
sealed class NotesOnError(CliContext cli) : IProgress<JobEvent>
{
    public void Report(JobEvent value)
    {
        if (value is JobNote note)
        {
            cli.Error.WriteLine(note.Text);
        }
    }
}
