using System.Text;

namespace ProcessingJob.Contract.Container;

/// <summary>
/// The file <c>output/message</c>, which becomes the job's ExitMessage. SageMaker joins the files of all hosts and keeps 1 KB, and
/// fails a job whose message is not UTF-8: so only a host that failed writes one, as one line of UTF-8 of at most
/// <see cref="MaxBytes"/>, cut on a character boundary. Of 100 hosts the text of the first that failed is left whole.
/// </summary>
public static class ExitMessage
{
    /// <summary>Leaves room for the service's own words beside one host's line.</summary>
    public const int MaxBytes = 900;

    public static byte[] Format(string host, string text)
    {
        var line = new StringBuilder($"host={host} ");
        foreach (var rune in text.ReplaceLineEndings("; ").EnumerateRunes())
        {
            line.Append(Rune.IsControl(rune) ? " " : rune.ToString());
        }

        line.Append('\n');
        var bytes = Encoding.UTF8.GetBytes(line.ToString());
        if (bytes.Length <= MaxBytes)
        {
            return bytes;
        }

        var length = MaxBytes - 1;
        while (length > 0 && (bytes[length] & 0xC0) == 0x80)
        {
            length--;
        }

        return [.. bytes[..length], (byte)'\n'];
    }

    /// <summary>Writes the message; failing to do so must not hide the failure it tells of, so it only reports whether it could.</summary>
    public static bool TryWrite(string path, string host, string text)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllBytes(path, Format(host, text));
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
