using ProcessingJob.Tokenization;

namespace ProcessingJob.Inference.Heads;

/// <summary>
/// Finds the best answers to one question in one context that was encoded as one or several windows. Per window, as in transformers'
/// question-answering pipelines: the start logits of all tokens that may be an answer and of token 0 ([CLS]) become probabilities by
/// softmax, the end logits likewise; a span of context tokens scores start × end; token 0 is never a span, its start × end is the
/// window's no-answer probability. Over several windows the candidates are ranked together: the same stretch of text found twice
/// counts once with its better score, and "no answer" has the least of the windows' probabilities. O(tokens × longest answer);
/// allocates only while its scratch grows. One thread at a time.
/// </summary>
public sealed class AnswerSpans
{
    readonly AnswerOptions _options;
    readonly List<AnswerSpan> _best;
    double[] _starts = [],
        _ends = [];
    int[] _candidates = [];
    int _windows;

    public AnswerSpans(AnswerOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.TopK, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxAnswerLength, 1, nameof(options));
        _options = options;
        _best = new(Math.Min(options.TopK, 1024) + 1);
    }

    /// <summary>The least probability, over the windows, that the answer is not there; 1 before any window was added.</summary>
    public double NoAnswerScore { get; private set; } = 1;

    /// <summary>Begins another question or context.</summary>
    public void Clear()
    {
        _best.Clear();
        _windows = 0;
        NoAnswerScore = 1;
    }

    /// <summary>Adds the next window. All spans have one entry per token of its encoding.</summary>
    /// <param name="startLogits">Start logits.</param>
    /// <param name="endLogits">End logits.</param>
    /// <param name="ids">Token ids.</param>
    /// <param name="offsets">Offsets; tokens of sequence 1 are the context's.</param>
    public void Add(
        ReadOnlySpan<float> startLogits,
        ReadOnlySpan<float> endLogits,
        ReadOnlySpan<int> ids,
        ReadOnlySpan<TokenOffset> offsets
    )
    {
        if (startLogits.Length != ids.Length || endLogits.Length != ids.Length || offsets.Length != ids.Length)
        {
            throw new ArgumentException(
                $"{ids.Length} ids, {offsets.Length} offsets, {startLogits.Length} start and {endLogits.Length} end logits: "
                    + "expected one of each per token"
            );
        }

        var count = Candidates(ids, offsets);
        Softmax(startLogits, count, ref _starts);
        Softmax(endLogits, count, ref _ends);
        NoAnswerScore = Math.Min(NoAnswerScore, _starts[0] * _ends[0]);
        Search(count, offsets);
        _windows++;
    }

    /// <summary>
    /// The answers, best first: at most top_k, and one at least unless no token may be an answer and "no answer" does not take part.
    /// Valid until <see cref="Clear"/>; call once.
    /// </summary>
    public IReadOnlyList<AnswerSpan> Rank()
    {
        if (_options.NoAnswer)
        {
            var rank = 0;
            while (rank < _best.Count && _best[rank].Score >= NoAnswerScore + _options.NoAnswerThreshold)
            {
                rank++;
            }

            _best.Insert(rank, AnswerSpan.None(NoAnswerScore));
            if (_best.Count > _options.TopK)
            {
                _best.RemoveAt(_best.Count - 1);
            }
        }
        return _best;
    }

    // Entry 0 is token 0; the others are the tokens that may begin or end an answer.
    int Candidates(ReadOnlySpan<int> ids, ReadOnlySpan<TokenOffset> offsets)
    {
        if (_candidates.Length < ids.Length + 1)
        {
            _candidates = new int[Math.Max(ids.Length + 1, _candidates.Length * 2)];
        }

        var count = 1;
        _candidates[0] = 0;
        for (var i = 1; i < ids.Length; i++)
        {
            if (offsets[i].Sequence == 1 && !_options.SpecialIds.Contains(ids[i]))
            {
                _candidates[count++] = i;
            }
        }
        return count;
    }

    void Softmax(ReadOnlySpan<float> logits, int count, ref double[] into)
    {
        if (into.Length < count)
        {
            into = new double[Math.Max(count, into.Length * 2)];
        }

        if (logits.IsEmpty)
        {
            into[0] = 1;
            return;
        }
        var (max, sum) = (double.NegativeInfinity, 0.0);
        for (var c = 0; c < count; c++)
        {
            max = Math.Max(max, logits[_candidates[c]]);
        }

        for (var c = 0; c < count; c++)
        {
            sum += into[c] = Math.Exp(logits[_candidates[c]] - max);
        }

        for (var c = 0; c < count; c++)
        {
            into[c] /= sum;
        }
    }

    void Search(int count, ReadOnlySpan<TokenOffset> offsets)
    {
        var likeliestEnd = 0.0;
        for (var c = 1; c < count; c++)
        {
            likeliestEnd = Math.Max(likeliestEnd, _ends[c]);
        }

        for (var s = 1; s < count; s++)
        {
            if (_best.Count == _options.TopK && _starts[s] * likeliestEnd <= _best[^1].Score)
            {
                continue;
            }

            var first = _candidates[s];
            for (var e = s; e < count && _candidates[e] - first < _options.MaxAnswerLength; e++)
            {
                var score = _starts[s] * _ends[e];
                if (_best.Count < _options.TopK || score > _best[^1].Score)
                {
                    Insert(new(_windows, first, _candidates[e], offsets[first].Start, offsets[_candidates[e]].End, score));
                }
            }
        }
    }

    // Equal scores stay in the order they were found: first start, then end.
    void Insert(AnswerSpan span)
    {
        for (var i = 0; i < _best.Count; i++)
        {
            if (_best[i].Start != span.Start || _best[i].End != span.End)
            {
                continue;
            }

            if (_best[i].Score >= span.Score)
            {
                return;
            }

            _best.RemoveAt(i);
            break;
        }
        var rank = _best.Count;
        while (rank > 0 && _best[rank - 1].Score < span.Score)
        {
            rank--;
        }

        _best.Insert(rank, span);
        if (_best.Count > _options.TopK)
        {
            _best.RemoveAt(_best.Count - 1);
        }
    }
}
