namespace ProcessingJob.Cli.Display;

/// <summary>
/// Texts of the user's data and files, as they may go to a terminal: a column's name can hold what a terminal takes for a command.
/// </summary>
static class SafeText
{
    /// <summary>Control characters but line breaks and tabs are written as \x1b; most texts have none and come back as they are.</summary>
    public static string Of(string text) =>
        text.Any(IsUnsafe) ? string.Concat(text.Select(c => IsUnsafe(c) ? $"\\x{(int)c:x2}" : c.ToString())) : text;

    static bool IsUnsafe(char c) => char.IsControl(c) && c is not ('\n' or '\r' or '\t');
}
