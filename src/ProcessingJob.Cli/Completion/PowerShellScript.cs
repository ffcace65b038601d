using System.Text;

namespace ProcessingJob.Cli.Completion;

/// <summary>For PowerShell 7.</summary>
static class PowerShellScript
{
    public static string Of(IReadOnlyList<CommandWords> commands)
    {
        var text = new StringBuilder(
            """
            # Completion of pjob for PowerShell. In $PROFILE: pjob completion powershell | Out-String | Invoke-Expression
            Register-ArgumentCompleter -Native -CommandName pjob -ScriptBlock {
              param($wordToComplete, $commandAst, $cursorPosition)
              $words = @{

            """
        );
        foreach (var command in commands)
        {
            var all = command
                .Commands.Select(c => (c.Name, c.Help))
                .Concat(command.Values.Select(v => (v, v)))
                .Concat(command.Options.SelectMany(o => o.Names.Select(n => (n, o.Help))));
            var pairs = all.Select(w => $"{Quoted(w.Item1)} = {Quoted(w.Item2.Length > 0 ? w.Item2 : w.Item1)}");
            text.Append($"    {Quoted(command.Path)} = [ordered]@{{ {string.Join("; ", pairs)} }}\n");
        }

        text.Append("  }\n  $values = @{\n");
        foreach (var (command, option) in commands.SelectMany(c => c.Options.Where(o => o.Values.Count > 0).Select(o => (c, o))))
        {
            text.Append($"    {Quoted($"{command.Path}/{option.Names[0]}")} = {string.Join(", ", option.Values.Select(Quoted))}\n");
        }

        return text.Append(
                """
                  }
                  $command = ''
                  $previous = ''
                  foreach ($element in $commandAst.CommandElements | Select-Object -Skip 1) {
                    if ($element.Extent.EndOffset -ge $cursorPosition -and $wordToComplete) { break }
                    $previous = $element.ToString()
                    $longer = "$command $previous".Trim()
                    if ($words.ContainsKey($longer)) { $command = $longer }
                  }
                  $found = $values["$command/$previous"]
                  if ($found) {
                    $found | Where-Object { $_ -like "$wordToComplete*" } |
                      ForEach-Object { [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_) }
                    return
                  }
                  $words[$command].GetEnumerator() | Where-Object { $_.Key -like "$wordToComplete*" } |
                    ForEach-Object { [System.Management.Automation.CompletionResult]::new($_.Key, $_.Key, 'ParameterName', $_.Value) }
                }

                """
            )
            .ToString();
    }

    static string Quoted(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";
}
