using System.CommandLine;
using System.CommandLine.Completions;
using ProcessingJob.Cli.Display;
using ProcessingJob.Contract.Spec;

namespace ProcessingJob.Cli.Completion;

/// <summary>An option as shells complete it.</summary>
/// <param name="Names">Long name first.</param>
/// <param name="Help">Few words.</param>
/// <param name="TakesValue">False: a flag.</param>
/// <param name="Values">All that it may be; empty: anything, such as a file.</param>
sealed record OptionWords(IReadOnlyList<string> Names, string Help, bool TakesValue, IReadOnlyList<string> Values);

/// <summary>A command as shells complete it.</summary>
/// <param name="Path">Such as "model fetch"; "" is pjob itself.</param>
/// <param name="Commands">Those below it, with a few words on each.</param>
/// <param name="Options">Its options.</param>
/// <param name="Values">All that its argument may be; empty: anything.</param>
sealed record CommandWords(
    string Path,
    IReadOnlyList<(string Name, string Help)> Commands,
    IReadOnlyList<OptionWords> Options,
    IReadOnlyList<string> Values
);

/// <summary>What can be completed, read from the commands themselves and from the keys of job.yaml: no list is kept by hand.</summary>
static class CompletionTable
{
    const int HelpLength = 70;

    /// <summary>pjob first, then each command before those below it.</summary>
    public static IReadOnlyList<CommandWords> Of(Command root) => [.. Walk(root, "")];

    static IEnumerable<CommandWords> Walk(Command command, string path)
    {
        var below = command.Subcommands.Where(c => !c.Hidden).ToList();
        yield return new(
            path,
            [.. below.Select(c => (c.Name, Short(c.Description)))],
            [.. command.Options.Where(o => !o.Hidden || KeyOf(o) is not null).Select(Words)],
            [.. command.Arguments.SelectMany(a => a.GetCompletions(CompletionContext.Empty)).Select(c => c.Label)]
        );
        foreach (var words in below.SelectMany(c => Walk(c, path.Length == 0 ? c.Name : $"{path} {c.Name}")))
        {
            yield return words;
        }
    }

    static OptionWords Words(Option option)
    {
        var key = KeyOf(option);
        return new(
            [option.Name, .. option.Aliases.Where(a => a is not "-?" and not "/?" and not "/h")],
            Short(option.Description),
            option.Arity.MaximumNumberOfValues > 0 && option.ValueType != typeof(bool),
            key is not null ? ValuesOf(key)
                : option.ValueType == typeof(bool) ? []
                : [.. option.GetCompletions(CompletionContext.Empty).Select(c => c.Label.ToLowerInvariant()).Order(StringComparer.Ordinal)]
        );
    }

    static SpecKey? KeyOf(Option option) => option.Hidden && option.Name.Length > 2 ? SpecKeys.Find(option.Name[2..]) : null;

    static IReadOnlyList<string> ValuesOf(SpecKey key) =>
        key.Schema["enum"]?.AsArray() is { } values ? [.. values.Select(v => v!.ToString().ToLowerInvariant())]
        : key.Schema["type"]?.ToString() == "boolean" ? ["true", "false"]
        : [];

    static string Short(string? help)
    {
        var line = Text.FirstClause(help ?? "");
        return line.Length <= HelpLength ? line : line[..line.LastIndexOf(' ', HelpLength)] + " …";
    }
}
