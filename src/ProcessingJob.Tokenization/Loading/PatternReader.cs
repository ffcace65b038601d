using ProcessingJob.Tokenization.Models;
using ProcessingJob.Tokenization.Patterns;

namespace ProcessingJob.Tokenization.Loading;

/// <summary>Patterns of Replace and Split: literals and regular expressions.</summary>
static class PatternReader
{
    public static IPattern Read(Json pattern, out string shown)
    {
        if (!pattern["String"].IsNull)
        {
            var literal = pattern["String"].Text;
            if (literal.Length == 0)
            {
                throw Refusal.Broken(pattern.Where, "the pattern is empty");
            }

            shown = $"\"{literal}\"";
            return new LiteralPattern(Vocabulary.CodePoints(literal));
        }

        var regex = pattern["Regex"].Text;
        shown = $"/{regex}/";
        try
        {
            return RegexPattern.Parse(regex);
        }
        catch (FormatException e)
        {
            throw Refusal.Unsupported(pattern.Where, $"regular expression {regex} with {e.Message}");
        }
    }
}
