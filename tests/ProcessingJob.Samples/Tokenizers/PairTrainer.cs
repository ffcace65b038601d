namespace ProcessingJob.Samples.Tokenizers;

/// <summary>Learns byte-pair merges: again and again the most frequent neighbouring pair of symbols becomes one symbol.</summary>
/// <param name="prefix">What a symbol inside a word begins with (<c>##</c>), which merging drops; empty for none.</param>
sealed class PairTrainer(string prefix)
{
    readonly List<string> symbols = [];
    readonly Dictionary<string, int> ids = new(StringComparer.Ordinal);
    readonly List<(List<int> Symbols, int Count)> words = [];
    readonly Dictionary<(int, int), int> counts = [];
    readonly Dictionary<(int, int), HashSet<int>> places = [];
    readonly PriorityQueue<(int, int), (int, int, int)> queue = new();

    /// <summary>Adds a word as its symbols; the order of words does not matter as long as it is the same.</summary>
    public void Add(IEnumerable<string> word, int count)
    {
        var list = word.Select(Id).ToList();
        words.Add((list, count));
        for (var i = 1; i < list.Count; i++) Change((list[i - 1], list[i]), words.Count - 1, count);
    }

    /// <summary>Merges in the order they were learnt, at most <paramref name="limit"/>, of pairs seen twice or more.</summary>
    public IEnumerable<(string Left, string Right, string Merged)> Train(int limit)
    {
        for (var made = 0; made < limit && Next() is var (left, right, count) && count > 1; made++)
        {
            var merged = symbols[left] + symbols[right][(symbols[right].StartsWith(prefix, StringComparison.Ordinal) ? prefix.Length : 0)..];
            var id = Id(merged);
            foreach (var word in places[(left, right)].Order().ToList()) Merge(word, left, right, id);
            yield return (symbols[left], symbols[right], merged);
        }
    }

    int Id(string symbol)
    {
        if (ids.TryGetValue(symbol, out var id)) return id;
        ids.Add(symbol, symbols.Count);
        symbols.Add(symbol);
        return symbols.Count - 1;
    }

    /// <summary>The most frequent pair; entries of the queue whose count has changed since are passed over.</summary>
    (int Left, int Right, int Count)? Next()
    {
        while (queue.TryDequeue(out var pair, out var priority))
            if (counts.GetValueOrDefault(pair) == -priority.Item1)
                return (pair.Item1, pair.Item2, -priority.Item1);
        return null;
    }

    void Merge(int index, int left, int right, int merged)
    {
        var (word, count) = words[index];
        for (var i = 0; i + 1 < word.Count; i++)
        {
            if (word[i] != left || word[i + 1] != right) continue;
            if (i > 0) Change((word[i - 1], left), index, -count);
            if (i + 2 < word.Count) Change((right, word[i + 2]), index, -count);
            Change((left, right), index, -count);
            word[i] = merged;
            word.RemoveAt(i + 1);
            if (i > 0) Change((word[i - 1], merged), index, count);
            if (i + 1 < word.Count) Change((merged, word[i + 1]), index, count);
        }
    }

    void Change((int Left, int Right) pair, int word, int by)
    {
        var count = counts[pair] = counts.GetValueOrDefault(pair) + by;
        if (!places.TryGetValue(pair, out var found)) places[pair] = found = [];
        found.Add(word);
        if (count > 0) queue.Enqueue(pair, (-count, pair.Left, pair.Right));
    }
}
