using Spectre.Console;

namespace ProcessingJob.Cli.Display;

/// <summary>A console for bars, on a writer that is known to be a terminal.</summary>
static class Terminal
{
    public static IAnsiConsole On(TextWriter writer, CliContext cli) =>
        AnsiConsole.Create(
            new AnsiConsoleSettings
            {
                Out = new AnsiConsoleOutput(writer),
                Ansi = AnsiSupport.Yes,
                Interactive = InteractionSupport.Yes,
                ColorSystem = cli.UseColor ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            }
        );
}
