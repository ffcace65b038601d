using ProcessingJob.Tokenization.Pipeline;

namespace ProcessingJob.Tokenization.Models;

/// <summary>Longest piece first; pieces after the first carry a prefix. A word that does not come out is one unknown token.</summary>
sealed class WordPiece : SubwordModel
{
    readonly Vocabulary vocabulary;
    readonly PieceTrie trie = new();
    readonly int continuation;
    readonly int unknown;
    readonly string unknownToken;
    readonly int maxWord;

    /// <param name="maxWord">Code points a word may have before it is unknown as a whole.</param>
    public WordPiece(Vocabulary vocabulary, string unknownToken, string prefix, int maxWord)
    {
        (this.vocabulary, this.unknownToken, this.maxWord) = (vocabulary, unknownToken, maxWord);
        unknown = vocabulary.Find(unknownToken) ?? throw new FormatException($"unk_token {unknownToken} is not in the vocabulary");
        continuation = trie.AddRoot();
        foreach (var (token, id) in vocabulary.All)
        {
            trie.Add(PieceTrie.Root, Vocabulary.CodePoints(token), id);
            if (token.StartsWith(prefix, StringComparison.Ordinal)) trie.Add(continuation, Vocabulary.CodePoints(token[prefix.Length..]), id);
        }
    }

    public override int Size => vocabulary.Size;

    public override int? Find(string token) => vocabulary.Find(token);

    public override string? Token(int id) => vocabulary.Token(id);

    public override string Describe() => $"WordPiece, {vocabulary.Count:N0} pieces, unknown {unknownToken}, words up to {maxWord} characters";

    public override void Tokenize(AlignedText text, int start, int end, ModelScratch scratch, TokenList into)
    {
        if (end - start > maxWord)
        {
            Emit(unknown, text, start, end, into);
            return;
        }

        var word = text.CodePoints[..end];
        var before = into.Count;
        for (var at = start; at < end;)
        {
            var (best, bestEnd) = (-1, at);
            var node = at == start ? PieceTrie.Root : continuation;
            for (var i = at; i < end && (node = trie.Next(node, word[i])) >= 0; i++)
                if (trie.Id(node) >= 0) (best, bestEnd) = (trie.Id(node), i + 1);
            if (best < 0)
            {
                into.CutTo(before);
                Emit(unknown, text, start, end, into);
                return;
            }

            Emit(best, text, at, bestEnd, into);
            at = bestEnd;
        }
    }
}
