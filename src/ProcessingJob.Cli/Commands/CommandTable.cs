using System.CommandLine;

namespace ProcessingJob.Cli.Commands;

/// <summary>All commands of pjob, in the order help shows them: a new one is a file and a line here.</summary>
static class CommandTable
{
    public static IReadOnlyList<Func<CliContext, Command>> All { get; } =
    [
        InitCommand.Create,
        RunCommand.Create,
        PlanCommand.Create,
        StatusCommand.Create,
        LogsCommand.Create,
        StopCommand.Create,
        ListCommand.Create,
        CheckCommand.Create,
        HeadCommand.Create,
        AnalyzeCommand.Create,
        ReportCommand.Create,
        SearchCommand.Create,
        AskCommand.Create,
        ModelCommand.Create,
        TokenizeCommand.Create,
        DoctorCommand.Create,
        SchemaCommand.Create,
    ];
}
