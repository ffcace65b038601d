namespace ProcessingJob.Tokenization.Models;

/// <summary>Longest piece first; pieces after the first carry a prefix. A word that does not come out is one unknown token.</summary>
sealed class WordPiece : SubwordModel
{
    readonly Vocabulary _vocabulary;
    readonly PieceTrie _trie = new();
    readonly int _continuation;
    readonly int _unknown;
    readonly string _unknownToken;
    readonly int _maxWord;

    /// <param name="maxWord">Code points a word may have before it is unknown as a whole.</param>
    public WordPiece(Vocabulary vocabulary, string unknownToken, string prefix, int maxWord)
    {
        (_vocabulary, _unknownToken, _maxWord) = (vocabulary, unknownToken, maxWord);
        MarksContinuations = prefix.Length > 0;
        _unknown = vocabulary.Find(unknownToken) ?? throw new FormatException($"unk_token {unknownToken} is not in the vocabulary");
        _continuation = _trie.AddRoot();
        foreach (var (token, id) in vocabulary.All)
        {
            _trie.Add(PieceTrie.Root, Vocabulary.CodePoints(token), id);
            if (token.StartsWith(prefix, StringComparison.Ordinal))
            {
                _trie.Add(_continuation, Vocabulary.CodePoints(token.AsSpan(prefix.Length)), id);
            }
        }
    }

    public override int Size => _vocabulary.Size;

    public override int Count => _vocabulary.Count;

    public override int UnknownId => _unknown;

    public override bool MarksContinuations { get; }

    public override int? Find(string token) => _vocabulary.Find(token);

    public override string? Token(int id) => _vocabulary.Token(id);

    public override string Describe() =>
        $"WordPiece, {_vocabulary.Count:N0} pieces, unknown {_unknownToken}, words up to {_maxWord} characters";

    public override void Tokenize(AlignedText text, int start, int end, ModelScratch scratch, TokenList into)
    {
        if (end - start > _maxWord)
        {
            Emit(_unknown, text, start, end, into);
            return;
        }

        var word = text.CodePoints[..end];
        var before = into.Count;
        for (var at = start; at < end; )
        {
            var (best, bestEnd) = (-1, at);
            var node = at == start ? PieceTrie.Root : _continuation;
            for (var i = at; i < end && (node = _trie.Next(node, word[i])) >= 0; i++)
            {
                if (_trie.Id(node) >= 0)
                {
                    (best, bestEnd) = (_trie.Id(node), i + 1);
                }
            }

            if (best < 0)
            {
                into.CutTo(before);
                Emit(_unknown, text, start, end, into);
                return;
            }

            Emit(best, text, at, bestEnd, into);
            at = bestEnd;
        }
    }
}
