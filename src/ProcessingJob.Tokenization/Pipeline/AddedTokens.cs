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
    string Content, int Id, bool SingleWord = false, bool LeftStrip = false, bool RightStrip = false, bool Normalized = false,
    bool Special = true);

/// <summary>Added tokens that are looked for together: leftmost first, longest of those.</summary>
sealed class AddedTokenSet
{
    readonly PieceTrie trie = new();
    readonly Dictionary<int, AddedToken> tokens = [];
    readonly SearchValues<char> firstUnits;
    readonly HashSet<int> first = [];

    /// <param name="patterns">Each token with the code points to look for.</param>
    public AddedTokenSet(IEnumerable<(AddedToken Token, int[] Pattern)> patterns)
    {
        foreach (var (token, pattern) in patterns)
        {
            // Tokens may come to the same when normalized ("Tea", "tea"): the first one counts.
            if (pattern.Length == 0 || Longest(pattern, 0) is { Id: >= 0 } known && known.End == pattern.Length) continue;
            trie.Add(PieceTrie.Root, pattern, token.Id);
            tokens[token.Id] = token;
            first.Add(pattern[0]);
        }

        firstUnits = SearchValues.Create([.. first.Select(c => char.ConvertFromUtf32(c)[0])]);
    }

    public bool IsEmpty => tokens.Count == 0;

    /// <summary>Whether any token's text may start at this code point.</summary>
    public bool MayStart(int codePoint) => first.Contains(codePoint);

    /// <summary>Whether the text holds a token (flags aside). Cheap where no token's first character occurs.</summary>
    public bool Occurs(ReadOnlySpan<char> text)
    {
        for (var at = 0; ; at++)
        {
            var found = text[at..].IndexOfAny(firstUnits);
            if (found < 0) return false;
            at += found;
            var node = PieceTrie.Root;
            for (var i = at; i < text.Length; i++)
            {
                int c = text[i];
                if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1])) c = char.ConvertToUtf32(text[i], text[++i]);
                else if (char.IsSurrogate(text[i])) c = 0xFFFD;
                if ((node = trie.Next(node, c)) < 0) break;
                if (trie.Id(node) >= 0) return true;
            }
        }
    }

    /// <summary>Cuts the text from <paramref name="start"/> to <paramref name="end"/> into tokens and what is between them.</summary>
    public void Split(ReadOnlySpan<int> text, int start, int end, List<Piece> into)
    {
        var done = start;
        for (var at = start; at < end;)
        {
            var (id, stop) = first.Contains(text[at]) ? Longest(text[..end], at) : (-1, at);
            if (id < 0)
            {
                at++;
                continue;
            }

            var token = tokens[id];
            var (from, to) = (at, stop);
            at = stop;
            if (token.SingleWord && ((from > start && IsWord(text[from - 1])) || (to < end && IsWord(text[to])))) continue;
            if (token.LeftStrip)
            {
                while (from > start && IsSpace(text[from - 1])) from--;
                from = Math.Max(from, done);
            }

            while (token.RightStrip && to < end && IsSpace(text[to])) to++;
            if (done < from) into.Add(new Piece(done, from));
            into.Add(new Piece(from, to, id));
            done = to;
        }

        if (done < end) into.Add(new Piece(done, end));
    }

    (int Id, int End) Longest(ReadOnlySpan<int> text, int at)
    {
        var best = (-1, at);
        var node = PieceTrie.Root;
        for (var i = at; i < text.Length && (node = trie.Next(node, text[i])) >= 0; i++)
            if (trie.Id(node) >= 0) best = (trie.Id(node), i + 1);
        return best;
    }

    static bool IsWord(int c) => UnicodeTables.Is(c, CharFlags.Word);

    static bool IsSpace(int c) => UnicodeTables.Is(c, CharFlags.Space);
}
