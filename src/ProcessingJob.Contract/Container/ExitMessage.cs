using System.Text;

namespace ProcessingJob.Contract.Container;

/// <summary>
/// The file <c>output/message</c>, which becomes the job's ExitMessage. SageMaker joins the files of all hosts and keeps 1 KB, and
/// fails a job whose message is not UTF-8: so one line, UTF-8, at most 1000/hosts bytes, cut on a character boundary.
/// </summary>
public static class ExitMessage
{
    public static byte[] Format(string host, string text, int hosts)
    {
        var limit = 1000 / Math.Max(1, hosts);
        var line = new StringBuilder($"host={host} ");
        foreach (var rune in text.ReplaceLineEndings("; ").EnumerateRunes())
        {
            line.Append(Rune.IsControl(rune) ? " " : rune.ToString());
        }

        line.Append('\n');
        var bytes = Encoding.UTF8.GetBytes(line.ToString());
        if (bytes.Length <= limit)
        {
            return bytes;
        }

        var length = Math.Max(0, limit - 1);
        while (length > 0 && (bytes[length] & 0xC0) == 0x80)
        {
            length--;
        }

        return limit == 0 ? [] : [.. bytes[..length], (byte)'\n'];
    }

    /// <summary>Writes the message; failing to do so must not hide the failure it tells of, so it only reports whether it could.</summary>
    public static bool TryWrite(string path, string host, string text, int hosts)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllBytes(path, Format(host, text, hosts));
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
