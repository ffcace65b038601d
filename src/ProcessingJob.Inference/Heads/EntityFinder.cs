using System.Numerics.Tensors;
using System.Runtime.InteropServices;
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
    readonly string[] _names = [.. labels.Select(l => spec.Aggregation == TagAggregation.None ? l : TagLabels.OfEntity(l))];
    readonly HashSet<string> _wanted = new(spec.Labels, StringComparer.Ordinal);
    readonly bool _hasWords = spec.Aggregation is TagAggregation.First or TagAggregation.Average or TagAggregation.Max;
    readonly float[] _scores = new float[labels.Count];

    /// <summary>Tokens of all windows, one window after another.</summary>
    readonly List<Token> _tokens = [];

    /// <summary>Their probabilities, where words have those of all their tokens.</summary>
    readonly List<float> _all = [];

    /// <summary>Where each window's tokens start.</summary>
    readonly List<int> _starts = [];
    readonly List<Part> _parts = [];
    readonly List<Entity> _found = [];

    /// <summary>Begins another text.</summary>
    public void Clear()
    {
        _tokens.Clear();
        _all.Clear();
        _starts.Clear();
    }

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
        _starts.Add(_tokens.Count);
        for (var t = 0; t < ids.Length; t++)
        {
            if (special[t] != 0)
            {
                continue;
            }

            ClassScores.Apply(ScoreFunction.Softmax, logits.Slice(t * labels.Count, labels.Count), _scores);
            var best = TensorPrimitives.IndexOfMax<float>(_scores);
            var isInside = _hasWords && words.IsInside(ids[t], offsets[t], text);
            _tokens.Add(new(best, _scores[best], offsets[t].Start, offsets[t].End, isInside));
            if (spec.Aggregation == TagAggregation.Average)
            {
                _all.AddRange(_scores);
            }
        }
    }

    /// <summary>The entities in the order of the text. Valid until the next call.</summary>
    public IReadOnlyList<Entity> Find()
    {
        _found.Clear();
        var (lastWindow, lastToken) = (0, -1);
        for (var w = 0; w < _starts.Count; w++)
        {
            MakeParts(_starts[w], End(w));
            for (var first = 0; first < _parts.Count; )
            {
                var (end, score) = Group(first);
                var (begin, behind, name) = (_parts[first].Begin, _parts[end - 1].End, _names[_parts[first].Label]);
                // Indices of its tokens in the whole text.
                var (from, to) = (First(w) + begin - _starts[w], First(w) + behind - _starts[w] - 1);
                var wanted = _wanted.Count > 0 ? _wanted.Contains(name) : name != TagLabels.Outside;
                if (wanted && Owner(from) == w && (w == lastWindow || from > lastToken))
                {
                    _found.Add(new(name, score, _tokens[begin].Start, _tokens[behind - 1].End));
                    (lastWindow, lastToken) = (w, Math.Max(lastToken, to));
                }

                first = end;
            }
        }

        return _found;
    }

    int End(int window) => window + 1 < _starts.Count ? _starts[window + 1] : _tokens.Count;

    int Count(int window) => End(window) - _starts[window];

    /// <summary>Index of a window's first token in the whole text.</summary>
    int First(int window) => window * (Count(0) - stride);

    /// <summary>The window in which a token is farthest from an edge; of equal ones the first.</summary>
    int Owner(int token)
    {
        if (_starts.Count == 1)
        {
            return 0;
        }

        // All windows but the last are as long as the first.
        var step = Count(0) - stride;
        var (owner, farthest) = (0, -1);
        for (var w = Math.Max(0, (token - Count(0)) / step); w < _starts.Count && First(w) <= token; w++)
        {
            var (at, count) = (token - First(w), Count(w));
            if (at >= count)
            {
                continue;
            }

            var left = w == 0 ? int.MaxValue : at;
            var right = w == _starts.Count - 1 ? int.MaxValue : count - 1 - at;
            if (Math.Min(left, right) > farthest)
            {
                (owner, farthest) = (w, Math.Min(left, right));
            }
        }

        return owner;
    }

    /// <summary>Tokens, or words, with the label and score of each.</summary>
    void MakeParts(int start, int end)
    {
        _parts.Clear();
        for (var begin = start; begin < end; )
        {
            var behind = begin + 1;
            while (_hasWords && behind < end && _tokens[behind].IsInside)
            {
                behind++;
            }

            var (label, score) = OfWord(begin, behind);
            _parts.Add(new(label, score, begin, behind));
            begin = behind;
        }
    }

    (int Label, float Score) OfWord(int begin, int end)
    {
        var token = begin;
        switch (spec.Aggregation)
        {
            case TagAggregation.Average:
                var sums = CollectionsMarshal.AsSpan(_all);
                _scores.AsSpan().Clear();
                for (var t = begin; t < end; t++)
                {
                    TensorPrimitives.Add(_scores, sums.Slice(t * labels.Count, labels.Count), _scores);
                }

                TensorPrimitives.Divide(_scores, end - begin, _scores);
                var best = TensorPrimitives.IndexOfMax<float>(_scores);
                return (best, _scores[best]);
            case TagAggregation.Max:
                for (var t = begin + 1; t < end; t++)
                {
                    token = _tokens[t].Score > _tokens[token].Score ? t : token;
                }

                break;
        }

        return (_tokens[token].Label, _tokens[token].Score);
    }

    /// <summary>The end of the entity that begins with a part, and its mean score.</summary>
    (int End, float Score) Group(int first)
    {
        var (end, score) = (first + 1, (double)_parts[first].Score);
        while (
            spec.Aggregation != TagAggregation.None
            && end < _parts.Count
            && _tags[_parts[end].Label] is (false, var tag)
            && tag == _tags[_parts[end - 1].Label].Tag
        )
        {
            score += _parts[end].Score;
            end++;
        }

        return (end, (float)(score / (end - first)));
    }

    /// <summary>A token with its likeliest label.</summary>
    readonly record struct Token(int Label, float Score, int Start, int End, bool IsInside);

    /// <summary>A token or a word with its label; tokens from begin to end (exclusive).</summary>
    readonly record struct Part(int Label, float Score, int Begin, int End);
}
