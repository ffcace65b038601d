using System.CommandLine;
using ProcessingJob.Cli.Analyze;
using ProcessingJob.Cli.Ask;
using ProcessingJob.Cli.Check;
using ProcessingJob.Cli.Compare;
using ProcessingJob.Cli.Completion;
using ProcessingJob.Cli.Display;
using ProcessingJob.Cli.Doctor;
using ProcessingJob.Cli.Finish;
using ProcessingJob.Cli.Head;
using ProcessingJob.Cli.Init;
using ProcessingJob.Cli.List;
using ProcessingJob.Cli.Logs;
using ProcessingJob.Cli.Model;
using ProcessingJob.Cli.Plan;
using ProcessingJob.Cli.Rejects;
using ProcessingJob.Cli.Report;
using ProcessingJob.Cli.Request;
using ProcessingJob.Cli.Run;
using ProcessingJob.Cli.Schema;
using ProcessingJob.Cli.Search;
using ProcessingJob.Cli.Status;
using ProcessingJob.Cli.Stop;
using ProcessingJob.Cli.Tokenize;

namespace ProcessingJob.Cli;

/// <summary>All commands of pjob, in the order of the help: a new one is a folder and a line here.</summary>
static class CommandTable
{
    public static IReadOnlyList<Func<CliContext, Command>> All { get; } =
    [
        InitCommand.Create,
        RunCommand.Create,
        PlanCommand.Create,
        RequestCommand.Create,
        StatusCommand.Create,
        LogsCommand.Create,
        StopCommand.Create,
        ListCommand.Create,
        FinishCommand.Create,
        CheckCommand.Create,
        HeadCommand.Create,
        RejectsCommand.Create,
        AnalyzeCommand.Create,
        ReportCommand.Create,
        SearchCommand.Create,
        CompareCommand.Create,
        AskCommand.Create,
        ModelCommand.Create,
        TokenizeCommand.Create,
        DoctorCommand.Create,
        SchemaCommand.Create,
        CompletionCommand.Create,
    ];
}
