using ProcessingJob.Contract.Spec;
using ProcessingJob.Models.Folders;
using ProcessingJob.Tokenization;

namespace ProcessingJob.Inference.Heads;

/// <summary>A stretch of a text with its label.</summary>
/// <param name="Label">As the model names it, or the part behind B- and I-.</param>
/// <param name="Score">Mean of its tokens' or words' probabilities, 0 to 1.</param>
/// <param name="Start">Where it starts, in the unit of the offsets.</param>
/// <param name="End">Where it ends (exclusive).</param>
public readonly record struct Entity(string Label, float Score, int Start, int End);

/// <summary>
/// Finds the entities of one text in the logits of its tokens' labels, as transformers' token-classification pipeline does: the five
/// aggregation strategies, special tokens left out, label O left out. Of a text that was encoded as several windows an entity is taken
/// from the window in which its first token is farther from an edge, where the text goes on; one that overlaps an entity of an earlier
/// window is left out. One thread at a time.
/// </summary>
/// <param name="labels">The model's, by index.</param>
/// <param name="spec">How, and which labels are wanted.</param>
/// <param name="words">Tells words' first tokens from the others.</param>
/// <param name="stride">Tokens that windows share.</param>
public sealed class EntityFinder(IReadOnlyList<string> labels, TagSpec spec, TokenWords words, int stride)
{
    readonly (bool Begins, string Tag)[] _tags = [.. labels.Select(TagLabels.Read)];
    readonly HashSet<string> _wanted = new(spec.Labels, StringComparer.Ordinal);
    readonly float[] _mean = new float[labels.Count];
    readonly List<Window> _windows = [];
    readonly List<Entity> _found = [];

    /// <summary>Begins another text.</summary>
    public void Clear() => _windows.Clear();

    /// <summary>Adds the next window.</summary>
    /// <param name="logits">Tokens x labels.</param>
    /// <param name="ids">Token ids.</param>
    /// <param name="offsets">Where the tokens are.</param>
    /// <param name="special">1 for tokens that are not the text's.</param>
    /// <param name="text">The text.</param>
    public void Add(
        ReadOnlySpan<float> logits,
        ReadOnlySpan<int> ids,
        ReadOnlySpan<TokenOffset> offsets,
        ReadOnlySpan<byte> special,
        CodePointText text
    )
    {
        var window = new Window();
        for (var t = 0; t < ids.Length; t++)
        {
            if (special[t] != 0)
            {
                continue;
            }

            var scores = Softmax(logits.Slice(t * labels.Count, labels.Count));
            window.Tokens.Add(new(scores, offsets[t].Start, offsets[t].End, words.IsInside(ids[t], offsets[t], text)));
        }

        _windows.Add(window);
    }

    /// <summary>The entities in the order of the text. Valid until the next call.</summary>
    public IReadOnlyList<Entity> Find()
    {
        _found.Clear();
        var (lastWindow, lastToken) = (0, -1);
        for (var w = 0; w < _windows.Count; w++)
        {
            var first = First(w);
            foreach (var (piece, begin, end) in Pieces(_windows[w].Tokens))
            {
                // Indices of tokens of the whole text.
                var (from, to) = (first + begin, first + end - 1);
                var wanted = _wanted.Count > 0 ? _wanted.Contains(piece.Label) : piece.Label != TagLabels.Outside;
                if (!wanted || Owner(from) != w || (w > lastWindow && from <= lastToken))
                {
                    continue;
                }

                _found.Add(piece);
                (lastWindow, lastToken) = (w, Math.Max(lastToken, to));
            }
        }

        return _found;
    }

    /// <summary>Index of a window's first token in the whole text.</summary>
    int First(int window) => window * (_windows[0].Tokens.Count - stride);

    /// <summary>The window in which a token is farthest from an edge; of equal ones the first.</summary>
    int Owner(int token)
    {
        var (owner, farthest) = (0, -1);
        for (var w = 0; w < _windows.Count; w++)
        {
            var (at, count) = (token - First(w), _windows[w].Tokens.Count);
            if (at < 0 || at >= count)
            {
                continue;
            }

            var left = w == 0 ? int.MaxValue : at;
            var right = w == _windows.Count - 1 ? int.MaxValue : count - 1 - at;
            if (Math.Min(left, right) > farthest)
            {
                (owner, farthest) = (w, Math.Min(left, right));
            }
        }

        return owner;
    }

    /// <summary>All entities of a window, those of label O as well, with their tokens.</summary>
    List<(Entity Entity, int Begin, int End)> Pieces(List<Token> tokens)
    {
        var parts = spec.Aggregation is TagAggregation.None or TagAggregation.Simple ? [.. tokens.Select(OfToken)] : Words(tokens);
        return spec.Aggregation == TagAggregation.None
            ? [.. parts.Select(p => (new Entity(labels[p.Label], p.Score, tokens[p.Begin].Start, tokens[p.End - 1].End), p.Begin, p.End))]
            : Groups(parts, tokens);
    }

    Part OfToken(Token token, int index)
    {
        var label = Best(token.Scores);
        return new(label, token.Scores[label], index, index + 1);
    }

    List<Part> Words(List<Token> tokens)
    {
        var parts = new List<Part>();
        for (var begin = 0; begin < tokens.Count; )
        {
            var end = begin + 1;
            while (end < tokens.Count && tokens[end].IsInside)
            {
                end++;
            }

            var scores = ScoresOf(tokens, begin, end);
            var label = Best(scores);
            parts.Add(new(label, scores[label], begin, end));
            begin = end;
        }

        return parts;
    }

    ReadOnlySpan<float> ScoresOf(List<Token> tokens, int begin, int end)
    {
        switch (spec.Aggregation)
        {
            case TagAggregation.Average:
                for (var label = 0; label < _mean.Length; label++)
                {
                    var sum = 0.0;
                    for (var t = begin; t < end; t++)
                    {
                        sum += tokens[t].Scores[label];
                    }

                    _mean[label] = (float)(sum / (end - begin));
                }

                return _mean;
            case TagAggregation.Max:
                var best = begin;
                for (var t = begin + 1; t < end; t++)
                {
                    if (tokens[t].Scores.Max() > tokens[best].Scores.Max())
                    {
                        best = t;
                    }
                }

                return tokens[best].Scores;
            default:
                return tokens[begin].Scores;
        }
    }

    List<(Entity, int, int)> Groups(List<Part> parts, List<Token> tokens)
    {
        var groups = new List<(Entity, int, int)>();
        for (var first = 0; first < parts.Count; )
        {
            var end = first + 1;
            while (end < parts.Count && _tags[parts[end].Label] is (false, var tag) && tag == _tags[parts[end - 1].Label].Tag)
            {
                end++;
            }

            var score = 0.0;
            for (var p = first; p < end; p++)
            {
                score += parts[p].Score;
            }

            var (begin, last) = (parts[first].Begin, parts[end - 1].End);
            var label = TagLabels.OfEntity(labels[parts[first].Label]);
            groups.Add((new(label, (float)(score / (end - first)), tokens[begin].Start, tokens[last - 1].End), begin, last));
            first = end;
        }

        return groups;
    }

    /// <summary>The first of the greatest.</summary>
    static int Best(ReadOnlySpan<float> scores)
    {
        var best = 0;
        for (var i = 1; i < scores.Length; i++)
        {
            if (scores[i] > scores[best])
            {
                best = i;
            }
        }

        return best;
    }

    static float[] Softmax(ReadOnlySpan<float> logits)
    {
        var scores = new float[logits.Length];
        ClassScores.Apply(ScoreFunction.Softmax, logits, scores);
        return scores;
    }

    sealed class Window
    {
        public List<Token> Tokens { get; } = [];
    }

    readonly record struct Token(float[] Scores, int Start, int End, bool IsInside);

    /// <summary>A token or a word with its label; tokens from begin to end (exclusive).</summary>
    readonly record struct Part(int Label, float Score, int Begin, int End);
}
