using System.Text;

namespace ProcessingJob.Cli.Display;

/// <summary>Columns aligned by spaces: the same on a terminal, in a log and in a test.</summary>
sealed class TextTable(params string[] head)
{
    readonly List<string[]> _rows = [head];

    public void Add(params string[] cells) => _rows.Add(cells);

    public override string ToString()
    {
        var widths = Enumerable.Range(0, head.Length).Select(i => _rows.Max(r => r[i].Length)).ToArray();
        var text = new StringBuilder();
        foreach (var row in _rows)
        {
            // The first column is a name, the others are numbers.
            var cells = row.Select((cell, i) => i == 0 ? cell.PadRight(widths[i]) : cell.PadLeft(widths[i]));
            text.AppendLine(string.Join("  ", cells).TrimEnd());
        }
        return text.ToString();
    }
}
