using System.Text;

namespace ProcessingJob.Cli.Completion;

/// <summary>For zsh, with a few words on each command and option.</summary>
static class ZshScript
{
    public static string Of(IReadOnlyList<CommandWords> commands)
    {
        var text = new StringBuilder(
            """
            #compdef pjob
            # Completion of pjob for zsh. In ~/.zshrc, after compinit: source <(pjob completion zsh)
            _pjob() {
              local command="" word
              local -a found
              for word in "${(@)words[2,CURRENT-1]}"; do
                case "$command/$word" in

            """
        );
        foreach (var command in commands.Where(c => c.Path.Length > 0))
        {
            var at = command.Path.LastIndexOf(' ');
            var (above, name) = at < 0 ? ("", command.Path) : (command.Path[..at], command.Path[(at + 1)..]);
            text.Append($"      '{above}/{name}') command='{command.Path}' ;;\n");
        }

        text.Append("    esac\n  done\n  case \"$command/${words[CURRENT-1]}\" in\n");
        foreach (var (command, option) in commands.SelectMany(c => c.Options.Where(o => o.TakesValue).Select(o => (c, o))))
        {
            var patterns = string.Join(" | ", option.Names.Select(n => $"'{command.Path}/{n}'"));
            text.Append($"    {patterns}) ");
            text.Append(option.Values.Count > 0 ? $"compadd -- {string.Join(' ', option.Values)}; return ;;\n" : "_files; return ;;\n");
        }

        text.Append("  esac\n  case \"$command\" in\n");
        foreach (var command in commands)
        {
            var options = command.Options.SelectMany(o => o.Names.Select(n => Described(n, o.Help)));
            var words = command.Commands.Select(c => Described(c.Name, c.Help)).Concat(command.Values.Select(v => Described(v, "")));
            text.Append($"    '{command.Path}')\n      if [[ $PREFIX == -* ]]; then found=({string.Join(' ', options)})\n");
            text.Append($"      else found=({string.Join(' ', words)}); fi ;;\n");
        }

        return text.Append(
                """
                  esac
                  if (( ${#found} )); then _describe -o pjob found; else _files; fi
                }
                if [[ ${funcstack[1]} == _pjob ]]; then _pjob "$@"; else compdef _pjob pjob; fi

                """
            )
            .ToString();
    }

    static string Described(string word, string help) =>
        $"'{word}{(help.Length > 0 ? ":" + help.Replace("'", "'\\''", StringComparison.Ordinal) : "")}'";
}
