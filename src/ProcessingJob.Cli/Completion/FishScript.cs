using System.Text;

namespace ProcessingJob.Cli.Completion;

/// <summary>For fish: a line an option.</summary>
static class FishScript
{
    public static string Of(IReadOnlyList<CommandWords> commands)
    {
        var text = new StringBuilder("# Completion of pjob for fish: pjob completion fish > ~/.config/fish/completions/pjob.fish\n");
        foreach (var command in commands)
        {
            var seen = string.Join(
                "; and ",
                command.Path.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(p => $"__fish_seen_subcommand_from {p}")
            );
            var here =
                command.Path.Length == 0 ? "__fish_use_subcommand"
                : command.Commands.Count == 0 ? seen
                : $"{seen}; and not __fish_seen_subcommand_from {string.Join(' ', command.Commands.Select(c => c.Name))}";
            foreach (var (name, help) in command.Commands)
            {
                text.Append($"complete -c pjob -n '{here}' -f -a {name} -d {Quoted(help)}\n");
            }

            if (command.Values.Count > 0)
            {
                text.Append($"complete -c pjob -n '{here}' -f -a '{string.Join(' ', command.Values)}'\n");
            }

            foreach (var option in command.Options)
            {
                var names = option.Names.Select(n => n.StartsWith("--", StringComparison.Ordinal) ? $"-l {n[2..]}" : $"-s {n[1..]}");
                var value =
                    !option.TakesValue ? ""
                    : option.Values.Count > 0 ? $" -x -a '{string.Join(' ', option.Values)}'"
                    : " -r -F";
                text.Append($"complete -c pjob -n '{here}' {string.Join(' ', names)}{value} -d {Quoted(option.Help)}\n");
            }
        }

        return text.ToString();
    }

    static string Quoted(string text) =>
        $"'{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal)}'";
}
