namespace ProcessingJob.Tokenization.Models;

/// <summary>Ids of single characters by code point; where a model has a prefix and a suffix, of those written between the two.</summary>
sealed class CharacterTable
{
    readonly Dictionary<int, int> _ids = [];
    readonly int[] _low = new int[0x400];

    public CharacterTable(Vocabulary vocabulary, string prefix, string suffix)
    {
        Array.Fill(_low, -1);
        foreach (var (token, id) in vocabulary.All)
        {
            var length = token.Length - prefix.Length - suffix.Length;
            if (
                length is not (1 or 2)
                || !token.StartsWith(prefix, StringComparison.Ordinal)
                || !token.EndsWith(suffix, StringComparison.Ordinal)
                || Vocabulary.CodePoints(token.AsSpan(prefix.Length, length)) is not [var c]
            )
            {
                continue;
            }

            _ids[c] = id;
            if (c < _low.Length)
            {
                _low[c] = id;
            }
        }
    }

    /// <summary>The id of a character, or -1.</summary>
    public int Find(int codePoint) => codePoint < _low.Length ? _low[codePoint] : _ids.GetValueOrDefault(codePoint, -1);
}
