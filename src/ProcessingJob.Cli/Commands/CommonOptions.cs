using System.CommandLine;

namespace ProcessingJob.Cli.Commands;

/// <summary>Options that several commands have.</summary>
static class CommonOptions
{
    public const string JsonName = "--json";

    public static Option<string?> Region() =>
        new("--region") { Description = "AWS region; default: the environment's", HelpName = "REGION" };

    public static Option<bool> Strict() => new("--strict") { Description = "Warnings are errors: exit code 2" };

    public static Option<bool> Json() =>
        new(JsonName) { Description = "Print one JSON document on standard output, everything else on standard error" };
}
