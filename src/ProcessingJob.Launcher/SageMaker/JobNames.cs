using System.Text;
using System.Text.RegularExpressions;

namespace ProcessingJob.Launcher.SageMaker;

/// <summary>Names of jobs. The name is the service's only idempotency key, so it is made of what the job does.</summary>
public static partial class JobNames
{
    const int Longest = 63;

    /// <summary>Whether the service could have a job of this name.</summary>
    public static bool IsName(string text) => text.Length <= Longest && NamePattern().IsMatch(text);

    /// <summary>Base and hash, the base cut so that hash and attempt fit into 63 characters: <c>reviews-minilm-0a1b2c3d</c>.</summary>
    /// <param name="name">Any text; what the service does not allow becomes a hyphen.</param>
    /// <param name="hash">Of spec, model, data and output.</param>
    /// <param name="attempt">1 for the first; a name cannot be used twice, so that later ones end in <c>-2</c>, <c>-3</c>.</param>
    public static string Of(string name, string hash, int attempt = 1)
    {
        ArgumentNullException.ThrowIfNull(name);
        var tail = $"-{hash}" + (attempt == 1 ? "" : $"-{attempt}");
        var text = new StringBuilder();
        foreach (var c in name)
        {
            if (char.IsAsciiLetterOrDigit(c))
            {
                text.Append(c);
            }
            else if (text.Length > 0 && text[^1] != '-')
            {
                text.Append('-');
            }
        }
        var stem = text.ToString();
        stem = (stem.Length > Longest - tail.Length ? stem[..(Longest - tail.Length)] : stem).TrimEnd('-');
        return stem.Length == 0 ? "job" + tail : stem + tail;
    }

    [GeneratedRegex(@"^[A-Za-z0-9](-*[A-Za-z0-9])*\z")]
    private static partial Regex NamePattern();
}
