namespace ProcessingJob.Tokenization.Models;

/// <summary>Tokens by id and ids by token.</summary>
sealed class Vocabulary
{
    readonly Dictionary<string, int> _ids;
    readonly string?[] _tokens;

    /// <param name="ids">Ids are 0 or higher; gaps are allowed.</param>
    public Vocabulary(Dictionary<string, int> ids)
    {
        _ids = ids;
        var last = -1;
        foreach (var id in ids.Values)
        {
            last = Math.Max(last, id);
        }

        _tokens = new string?[last + 1];
        foreach (var (token, id) in ids)
        {
            _tokens[id] = token;
        }
    }

    /// <summary>Number of tokens (not of ids, should there be gaps).</summary>
    public int Count => _ids.Count;

    /// <summary>Highest id + 1.</summary>
    public int Size => _tokens.Length;

    public IEnumerable<KeyValuePair<string, int>> All => _ids;

    public int? Find(string token) => _ids.TryGetValue(token, out var id) ? id : null;

    public string? Token(int id) => (uint)id < (uint)_tokens.Length ? _tokens[id] : null;

    public static int[] CodePoints(ReadOnlySpan<char> text)
    {
        var (points, count) = (new int[text.Length], 0);
        foreach (var rune in text.EnumerateRunes())
        {
            points[count++] = rune.Value;
        }

        return count == points.Length ? points : points[..count];
    }
}
