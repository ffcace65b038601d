namespace ProcessingJob.Samples.Tokenizers;

/// <summary>Learns byte-pair merges: again and again the most frequent neighbouring pair of symbols becomes one symbol.</summary>
/// <param name="prefix">What a symbol inside a word begins with (<c>##</c>), which merging drops; empty for none.</param>
sealed class PairTrainer(string prefix)
{
    readonly List<string> _symbols = [];
    readonly Dictionary<string, int> _ids = new(StringComparer.Ordinal);
    readonly List<(List<int> Symbols, int Count)> _words = [];
    readonly Dictionary<(int, int), int> _counts = [];
    readonly Dictionary<(int, int), HashSet<int>> _places = [];
    readonly PriorityQueue<(int, int), (int, int, int)> _queue = new();

    /// <summary>Adds a word as its symbols; the order of words does not matter as long as it is the same.</summary>
    public void Add(IEnumerable<string> word, int count)
    {
        var list = word.Select(Id).ToList();
        _words.Add((list, count));
        for (var i = 1; i < list.Count; i++)
        {
            Change((list[i - 1], list[i]), _words.Count - 1, count);
        }
    }

    /// <summary>Merges in the order they were learnt, at most <paramref name="limit"/>, of pairs seen twice or more.</summary>
    public IEnumerable<(string Left, string Right, string Merged)> Train(int limit)
    {
        for (var made = 0; made < limit && Next() is var (left, right, count) && count > 1; made++)
        {
            var merged =
                _symbols[left] + _symbols[right][(_symbols[right].StartsWith(prefix, StringComparison.Ordinal) ? prefix.Length : 0)..];
            var id = Id(merged);
            foreach (var word in _places[(left, right)].Order().ToList())
            {
                Merge(word, left, right, id);
            }

            yield return (_symbols[left], _symbols[right], merged);
        }
    }

    int Id(string symbol)
    {
        if (_ids.TryGetValue(symbol, out var id))
        {
            return id;
        }

        _ids.Add(symbol, _symbols.Count);
        _symbols.Add(symbol);
        return _symbols.Count - 1;
    }

    /// <summary>The most frequent pair; entries of the queue whose count has changed since are passed over.</summary>
    (int Left, int Right, int Count)? Next()
    {
        while (_queue.TryDequeue(out var pair, out var priority))
        {
            if (_counts.GetValueOrDefault(pair) == -priority.Item1)
            {
                return (pair.Item1, pair.Item2, -priority.Item1);
            }
        }

        return null;
    }

    void Merge(int index, int left, int right, int merged)
    {
        var (word, count) = _words[index];
        for (var i = 0; i + 1 < word.Count; i++)
        {
            if (word[i] != left || word[i + 1] != right)
            {
                continue;
            }

            if (i > 0)
            {
                Change((word[i - 1], left), index, -count);
            }

            if (i + 2 < word.Count)
            {
                Change((right, word[i + 2]), index, -count);
            }

            Change((left, right), index, -count);
            word[i] = merged;
            word.RemoveAt(i + 1);
            if (i > 0)
            {
                Change((word[i - 1], merged), index, count);
            }

            if (i + 1 < word.Count)
            {
                Change((merged, word[i + 1]), index, count);
            }
        }
    }

    void Change((int Left, int Right) pair, int word, int by)
    {
        var count = _counts[pair] = _counts.GetValueOrDefault(pair) + by;
        if (!_places.TryGetValue(pair, out var found))
        {
            _places[pair] = found = [];
        }

        found.Add(word);
        if (count > 0)
        {
            _queue.Enqueue(pair, (-count, pair.Left, pair.Right));
        }
    }
}
