using System.Text;

namespace ProcessingJob.Cli.Completion;

/// <summary>For bash 3.2 or later, as macOS has it. Without a word of ours, bash completes names of files.</summary>
static class BashScript
{
    public static string Of(IReadOnlyList<CommandWords> commands)
    {
        var text = new StringBuilder(
            """
            # Completion of pjob for bash. In ~/.bashrc: source <(pjob completion bash)
            _pjob() {
              local cur="${COMP_WORDS[COMP_CWORD]}" prev="${COMP_WORDS[COMP_CWORD - 1]}" command="" word words=""
              for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
                case "$command/$word" in

            """
        );
        foreach (var command in commands.Where(c => c.Path.Length > 0))
        {
            var at = command.Path.LastIndexOf(' ');
            var (above, name) = at < 0 ? ("", command.Path) : (command.Path[..at], command.Path[(at + 1)..]);
            text.Append($"      '{above}/{name}') command='{command.Path}' ;;\n");
        }

        text.Append("    esac\n  done\n  case \"$command/$prev\" in\n");
        foreach (var (command, option) in commands.SelectMany(c => c.Options.Where(o => o.Values.Count > 0).Select(o => (c, o))))
        {
            var patterns = string.Join(" | ", option.Names.Select(n => $"'{command.Path}/{n}'"));
            text.Append($"    {patterns}) words='{string.Join(' ', option.Values)}' ;;\n");
        }

        foreach (
            var (command, option) in commands.SelectMany(c =>
                c.Options.Where(o => o is { TakesValue: true, Values: [] }).Select(o => (c, o))
            )
        )
        {
            var patterns = string.Join(" | ", option.Names.Select(n => $"'{command.Path}/{n}'"));
            text.Append($"    {patterns}) return ;;\n");
        }

        text.Append("  esac\n  if [[ -z $words ]]; then\n    case \"$command\" in\n");
        foreach (var command in commands)
        {
            var options = string.Join(
                ' ',
                command.Options.SelectMany(o => o.Names).Where(n => n.StartsWith("--", StringComparison.Ordinal))
            );
            var words = string.Join(' ', command.Commands.Select(c => c.Name).Concat(command.Values));
            text.Append($"      '{command.Path}') if [[ $cur == -* ]]; then words='{options}'; else words='{words}'; fi ;;\n");
        }

        return text.Append(
                """
                    esac
                  fi
                  # shellcheck disable=SC2207 # no word has a space
                  COMPREPLY=($(compgen -W "$words" -- "$cur"))
                }
                complete -o bashdefault -o default -F _pjob pjob

                """
            )
            .ToString();
    }
}
