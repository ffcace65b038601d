using System.Buffers;
using System.Text.RegularExpressions;
using ProcessingJob.Contract;

namespace ProcessingJob.Tokenization.Patterns;

/// <summary>
/// A regular expression in Oniguruma's syntax, run by .NET's engine over the symbols of a <see cref="SymbolAlphabet"/>. The engine goes
/// back
/// as Oniguruma does; it gives up after <see cref="TimeLimit"/>.
/// </summary>
sealed class RegexPattern : IPattern
{
    /// <summary>For all matches in one text: no honest one comes near it.</summary>
    static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(30);

    readonly string _shown;
    readonly SymbolAlphabet _alphabet;
    readonly Regex _regex;
    readonly CodePointSet _members;

    RegexPattern(string shown, SymbolAlphabet alphabet, Regex regex, CodePointSet members) =>
        (_shown, _alphabet, _regex, _members) = (shown, alphabet, regex, members);

    public bool StaysBetweenSpaces => !_members.Contains(' ') || !_members.Overlaps(CharacterSets.PrintableAscii);

    public bool MayHold(char c) => _members.Contains(c);

    /// <summary>The pattern of an expression, in the quickest form that is exact.</summary>
    /// <exception cref="FormatException">Something in it cannot be translated exactly; the message names it.</exception>
    public static IPattern Parse(string expression)
    {
        var root = OnigurumaParser.Parse(expression);
        switch (root)
        {
            case SetNode { Members: var one }:
                return new CharacterPattern(one.Contains);
            case RepeatNode { Part: SetNode { Members: var many }, Least: > 0 and var least, Most: int.MaxValue, Lazy: false }:
                return new RunPattern(many, least);
        }

        var translation = new RegexTranslation(root);
        try
        {
            // Not RegexOptions.NonBacktracking: .NET 10's skips matches behind an optional start ( ?[^ .]+ misses the cd of "ab .cd ef").
            const RegexOptions Options = RegexOptions.Compiled | RegexOptions.Multiline | RegexOptions.CultureInvariant;
            var regex = new Regex(translation.Text, Options, TimeLimit);
            return new RegexPattern(expression, translation.Alphabet, regex, translation.Members);
        }
        catch (ArgumentException e)
        {
            throw new FormatException($"an expression too large for the engine ({e.Message})");
        }
    }

    public void Find(ReadOnlySpan<int> text, List<Match> into)
    {
        var symbols = ArrayPool<char>.Shared.Rent(text.Length);
        try
        {
            for (var i = 0; i < text.Length; i++)
            {
                symbols[i] = _alphabet[text[i]];
            }

            foreach (var match in _regex.EnumerateMatches(symbols.AsSpan(0, text.Length)))
            {
                into.Add(new Match(match.Index, match.Index + match.Length));
            }
        }
        catch (RegexMatchTimeoutException)
        {
            throw new PJobException(
                $"the tokenizer's regular expression {_shown} takes longer than {TimeLimit.TotalSeconds:F0} s over a text of "
                    + $"{text.Length:N0} characters",
                ExitCode.Model
            );
        }
        finally
        {
            ArrayPool<char>.Shared.Return(symbols);
        }
    }
}
