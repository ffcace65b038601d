namespace ProcessingJob.Tokenization.Models;

/// <summary>Words that are tokens as a whole; any other word is the unknown token.</summary>
sealed class WordLevel : SubwordModel
{
    readonly Vocabulary _vocabulary;
    readonly PieceTrie _trie = new();
    readonly int _unknown;
    readonly string _unknownToken;

    /// <exception cref="FormatException">The unknown token is not in the vocabulary.</exception>
    public WordLevel(Vocabulary vocabulary, string unknownToken)
    {
        (_vocabulary, _unknownToken) = (vocabulary, unknownToken);
        _unknown = vocabulary.Find(unknownToken) ?? throw new FormatException($"unk_token {unknownToken} is not in the vocabulary");
        foreach (var (token, id) in vocabulary.All)
        {
            _trie.Add(PieceTrie.Root, Vocabulary.CodePoints(token), id);
        }
    }

    public override int Size => _vocabulary.Size;

    public override int Count => _vocabulary.Count;

    public override int UnknownId => _unknown;

    public override int? Find(string token) => _vocabulary.Find(token);

    public override string? Token(int id) => _vocabulary.Token(id);

    public override string Describe() => $"WordLevel, {_vocabulary.Count:N0} words, unknown {_unknownToken}";

    public override void Tokenize(AlignedText text, int start, int end, ModelScratch scratch, TokenList into)
    {
        var id = _trie.FindWhole(PieceTrie.Root, text.CodePoints[start..end]);
        Emit(id < 0 ? _unknown : id, text, start, end, into);
    }
}
