using System.Text;
using System.Text.RegularExpressions;

namespace ProcessingJob.Storage;

/// <summary>A path with wildcards: <c>*</c> and <c>?</c> stay within a folder's name, <c>**</c> crosses folders.</summary>
/// <param name="Folder">The part before the first wildcard; all matches lie below it.</param>
/// <param name="Pattern">Matches paths below <paramref name="Folder"/>, with '/'.</param>
public sealed record GlobPattern(string Folder, Regex Pattern)
{
    public static bool HasWildcards(string path) => path.AsSpan().IndexOfAny('*', '?') >= 0;

    public static GlobPattern Parse(string path)
    {
        var wild = path.AsSpan().IndexOfAny('*', '?');
        var slash = path.LastIndexOf('/', wild);
        var folder = slash switch
        {
            < 0 => ".",
            0 => "/",
            _ => path[..slash],
        };
        var pattern = path[(slash + 1)..];
        var regex = new StringBuilder("^");
        for (var i = 0; i < pattern.Length; i++)
        {
            if (pattern.AsSpan(i).StartsWith("**/"))
            {
                regex.Append("(?:[^/]+/)*");
                i += 2;
            }
            else if (pattern.AsSpan(i).StartsWith("**"))
            {
                regex.Append(".*");
                i++;
            }
            else
            {
                regex.Append(
                    pattern[i] switch
                    {
                        '*' => "[^/]*",
                        '?' => "[^/]",
                        var c => Regex.Escape(c.ToString()),
                    }
                );
            }
        }
        return new(folder, new Regex(regex.Append('$').ToString(), RegexOptions.CultureInvariant));
    }
}
