using System.Buffers;
using ProcessingJob.Tokenization.Models;
using ProcessingJob.Tokenization.Unicode;

namespace ProcessingJob.Tokenization.Pipeline;

/// <summary>A token that is found in the text before the model sees it.</summary>
/// <param name="SingleWord">Only where no word character touches it.</param>
/// <param name="LeftStrip">Takes the spaces before it, too.</param>
/// <param name="RightStrip">Takes the spaces after it, too.</param>
/// <param name="Normalized">Looked for in the normalized text.</param>
/// <param name="Special">Left out of decoded text.</param>
sealed record AddedToken(
    string Content,
    int Id,
    bool SingleWord = false,
    bool LeftStrip = false,
    bool RightStrip = false,
    bool Normalized = false,
    bool Special = true
);

/// <summary>Added tokens that are looked for together: leftmost first, longest of those.</summary>
sealed class AddedTokenSet
{
    readonly PieceTrie _trie = new();
    readonly Dictionary<int, AddedToken> _tokens = [];
    readonly SearchValues<char> _firstUnits;
    readonly HashSet<int> _first = [];

    /// <param name="patterns">Each token with the code points to look for.</param>
    public AddedTokenSet(IEnumerable<(AddedToken Token, int[] Pattern)> patterns)
    {
        foreach (var (token, pattern) in patterns)
        {
            // Tokens may come to the same when normalized ("Tea", "tea"): the first one counts.
            if (pattern.Length == 0 || Holds(pattern))
            {
                continue;
            }

            _trie.Add(PieceTrie.Root, pattern, token.Id);
            _tokens[token.Id] = token;
            _first.Add(pattern[0]);
        }

        _firstUnits = SearchValues.Create([.. _first.Select(c => char.ConvertFromUtf32(c)[0])]);
    }

    public bool IsEmpty => _tokens.Count == 0;

    /// <summary>Whether a token's text begins with a space.</summary>
    public bool StartsWithSpace => _first.Any(IsSpace);

    /// <summary>Whether a part of a text holds a token (flags aside), or ends within one.</summary>
    public bool MayHold(ReadOnlySpan<int> part)
    {
        for (var start = 0; start < part.Length; start++)
        {
            if (!_first.Contains(part[start]))
            {
                continue;
            }

            var node = PieceTrie.Root;
            var i = start;
            while (i < part.Length && (node = _trie.Next(node, part[i])) >= 0 && _trie.Id(node) < 0)
            {
                i++;
            }

            if (node >= 0)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Cuts a text into tokens and what is between them.</summary>
    public void Split(ReadOnlySpan<int> text, List<Piece> into)
    {
        var points = new CodePoints(text);
        var done = 0;
        for (var at = 0; TryNext(points, ref at, done, out var token); done = token.End)
        {
            if (done < token.Start)
            {
                into.Add(new Piece(done, token.Start));
            }

            into.Add(token);
        }

        if (done < text.Length)
        {
            into.Add(new Piece(done, text.Length));
        }
    }

    /// <summary>Finds the next token of a text, with the spaces that it takes.</summary>
    /// <param name="at">Where to look from; moves behind the token's own text.</param>
    /// <param name="done">Where the token before it ends.</param>
    public bool TryNext<TText>(TText text, ref int at, int done, out Piece found)
        where TText : ICodePoints, allows ref struct
    {
        while ((at = text.NextOf(at, _first, _firstUnits)) >= 0)
        {
            var (id, from, to) = (-1, at, at);
            var node = PieceTrie.Root;
            for (var i = at; i < text.Length && (node = _trie.Next(node, text.At(i, out i))) >= 0; )
            {
                if (_trie.Id(node) >= 0)
                {
                    (id, to) = (_trie.Id(node), i);
                }
            }

            if (id < 0)
            {
                text.At(at, out at);
                continue;
            }

            at = to;
            var token = _tokens[id];
            if (token.SingleWord && ((from > 0 && IsWord(text.Before(from))) || (to < text.Length && IsWord(text.At(to, out _)))))
            {
                continue;
            }

            if (token.LeftStrip)
            {
                while (from > done && IsSpace(text.Before(from)))
                {
                    from--;
                }

                from = Math.Max(from, done);
            }

            while (token.RightStrip && to < text.Length && IsSpace(text.At(to, out _)))
            {
                to++;
            }

            found = new Piece(from, to, id);
            return true;
        }

        found = default;
        return false;
    }

    bool Holds(int[] pattern)
    {
        var node = PieceTrie.Root;
        foreach (var c in pattern)
        {
            if ((node = _trie.Next(node, c)) < 0)
            {
                return false;
            }
        }

        return _trie.Id(node) >= 0;
    }

    static bool IsWord(int c) => UnicodeTables.Is(c, CharFlags.Word);

    static bool IsSpace(int c) => UnicodeTables.Is(c, CharFlags.Space);
}
