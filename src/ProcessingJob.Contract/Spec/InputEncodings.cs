namespace ProcessingJob.Contract.Spec;

/// <summary>Encodings of text files. None is guessed.</summary>
public static class InputEncodings
{
    public const string Utf8 = "utf-8";

    /// <summary>Little-endian, with or without a byte order mark.</summary>
    public const string Utf16 = "utf-16";
    public const string Latin1 = "latin-1";
    public const string Windows1252 = "windows-1252";

    public static IReadOnlyList<string> Names { get; } = [Utf8, Utf16, Latin1, Windows1252];
}
