using System.Text;

namespace ProcessingJob.Tokenization.Models;

/// <summary>
/// The segmentation with the highest sum of scores, in double precision and with Hugging Face's order of comparison: of equal sums the
/// one found first stays, which is the one whose last piece starts earliest.
/// </summary>
sealed class Unigram : SubwordModel
{
    const double UnknownPenalty = 10;

    readonly (string Token, double Score)[] _pieces;
    readonly Dictionary<string, int> _ids = [];
    readonly PieceTrie _trie = new();
    readonly double _unknownScore;
    readonly int _unknown;
    readonly int[]? _byteIds;

    /// <param name="unknown">Id of the unknown token; -1 when there is none, and then an unknown character is an error.</param>
    public Unigram((string Token, double Score)[] pieces, int unknown, bool byteFallback)
    {
        (_pieces, _unknown) = (pieces, unknown);
        for (var id = 0; id < pieces.Length; id++)
        {
            _ids[pieces[id].Token] = id;
            if (pieces[id].Token.Length > 0)
            {
                _trie.Add(PieceTrie.Root, Vocabulary.CodePoints(pieces[id].Token), id);
            }
        }

        _unknownScore = (pieces.Length == 0 ? 0 : pieces.Min(piece => piece.Score)) - UnknownPenalty;
        if (byteFallback)
        {
            _byteIds = [.. Enumerable.Range(0, 256).Select(b => _ids.GetValueOrDefault($"<0x{b:X2}>", -1))];
        }
    }

    public override int Size => _pieces.Length;

    public override int Count => _pieces.Length;

    public override int UnknownId => _unknown;

    public override int? Find(string token) => _ids.TryGetValue(token, out var id) ? id : null;

    public override string? Token(int id) => (uint)id < (uint)_pieces.Length ? _pieces[id].Token : null;

    public override string Describe() =>
        $"Unigram, {_pieces.Length:N0} pieces, unknown {Token(_unknown) ?? "none"}{(_byteIds == null ? "" : ", byte fallback")}";

    public override void Tokenize(AlignedText text, int start, int end, ModelScratch scratch, TokenList into)
    {
        var word = text.CodePoints[start..end];
        FindBest(word, scratch);
        var path = scratch.Path;
        path.Clear();
        for (var at = word.Length; at > 0; at = scratch.Starts[at])
        {
            path.Add(at);
        }

        for (int i = path.Count - 1, from = 0; i >= 0; i--)
        {
            var to = path[i];
            if (scratch.Ids[to] == _unknown)
            {
                while (i > 0 && scratch.Ids[path[i - 1]] == _unknown)
                {
                    to = path[--i];
                }

                EmitUnknown(text, start, from, to, into);
            }
            else
            {
                Emit(scratch.Ids[to], text, start + from, start + to, into);
            }

            from = to;
        }
    }

    void FindBest(ReadOnlySpan<int> word, ModelScratch scratch)
    {
        if (scratch.Scores.Length <= word.Length)
        {
            scratch.Scores = new double[word.Length * 2 + 16];
            scratch.Starts = new int[scratch.Scores.Length];
            scratch.Ids = new int[scratch.Scores.Length];
        }

        var (scores, starts, best) = (scratch.Scores, scratch.Starts, scratch.Ids);
        scores[0] = 0;
        starts.AsSpan(0, word.Length + 1).Fill(-1);
        for (var at = 0; at < word.Length; at++)
        {
            var here = scores[at];
            var single = false;
            var node = PieceTrie.Root;
            for (var end = at; end < word.Length && (node = _trie.Next(node, word[end])) >= 0; )
            {
                end++;
                var id = _trie.Id(node);
                if (id < 0)
                {
                    continue;
                }

                single |= end == at + 1;
                var score = _pieces[id].Score + here;
                if (starts[end] >= 0 && !(score > scores[end]))
                {
                    continue;
                }

                (scores[end], starts[end], best[end]) = (score, at, id);
            }

            if (single)
            {
                continue;
            }

            var unknownSum = _unknownScore + here;
            if (starts[at + 1] >= 0 && !(unknownSum > scores[at + 1]))
            {
                continue;
            }

            (scores[at + 1], starts[at + 1], best[at + 1]) = (unknownSum, at, _unknown);
        }
    }

    /// <summary>
    /// A run of unknown pieces is one token: itself, should the whole be a piece after all; else its bytes; else unknown.
    /// </summary>
    void EmitUnknown(AlignedText text, int start, int from, int to, TokenList into)
    {
        var run = text.CodePoints[(start + from)..(start + to)];
        var node = PieceTrie.Root;
        foreach (var c in run)
        {
            if ((node = _trie.Next(node, c)) < 0)
            {
                break;
            }
        }

        if (node > 0 && _trie.Id(node) >= 0)
        {
            Emit(_trie.Id(node), text, start + from, start + to, into);
            return;
        }

        if (_byteIds != null && TryEmitBytes(run, text, start + from, start + to, into))
        {
            return;
        }

        Emit(_unknown, text, start + from, start + to, into);
    }

    bool TryEmitBytes(ReadOnlySpan<int> run, AlignedText text, int from, int to, TokenList into)
    {
        var before = into.Count;
        Span<byte> utf8 = stackalloc byte[4];
        foreach (var c in run)
        {
            foreach (var b in utf8[..new Rune(c).EncodeToUtf8(utf8)])
            {
                if (_byteIds![b] < 0)
                {
                    into.CutTo(before);
                    return false;
                }

                Emit(_byteIds[b], text, from, to, into);
            }
        }

        return true;
    }
}
