using System.Globalization;

namespace ProcessingJob.Cli.Display;

/// <summary>
/// Lines at the bottom of a terminal that are drawn again in place, below what is printed for good. Nothing but them is ever erased, no
/// line
/// is wider than the terminal, and the cursor stays visible: whatever ends the process leaves a clean screen.
/// </summary>
sealed class StatusLines(TextWriter output, Func<int> width)
{
    const int NarrowestWidth = 20,
        UsualWidth = 80;
    readonly Lock _lock = new();
    IReadOnlyList<string> _lines = [];
    int _drawn;

    /// <summary>Of the terminal that a writer is on; 80 where that is not known.</summary>
    public static int WidthOfConsole()
    {
        try
        {
            return Console.WindowWidth > 0 ? Console.WindowWidth : UsualWidth;
        }
        catch (IOException)
        {
            return UsualWidth;
        }
    }

    /// <summary>Columns that a line may have.</summary>
    public int Width => Math.Max(NarrowestWidth, width() - 1);

    /// <summary>Prints a line for good, above the status lines.</summary>
    public void Print(string line)
    {
        lock (_lock)
        {
            output.Write($"{Up()}{line}\n");
            Draw();
        }
    }

    public void Show(IReadOnlyList<string> lines)
    {
        lock (_lock)
        {
            _lines = lines;
            output.Write(Up());
            Draw();
        }
    }

    /// <summary>A bar of eighths of a cell.</summary>
    public static string Bar(double share, int cells)
    {
        const string Parts = " ▏▎▍▌▋▊▉";
        var eighths = (int)Math.Round(Math.Clamp(share, 0, 1) * cells * 8);
        return new string('█', eighths / 8) + (eighths / 8 < cells ? Parts[eighths % 8] + new string(' ', cells - eighths / 8 - 1) : "");
    }

    string Up()
    {
        var up = _drawn > 0 ? string.Create(CultureInfo.InvariantCulture, $"\e[{_drawn}A\r\e[J") : "";
        _drawn = 0;
        return up;
    }

    void Draw()
    {
        foreach (var line in _lines)
        {
            output.Write((line.Length > Width ? line[..Width] : line) + "\n");
        }

        _drawn = _lines.Count;
        output.Flush();
    }
}
