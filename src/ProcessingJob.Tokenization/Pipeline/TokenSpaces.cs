using ProcessingJob.Tokenization.Unicode;

namespace ProcessingJob.Tokenization.Pipeline;

/// <summary>How many spaces each token begins and ends with, written as spaces or as the byte alphabet's Ġ.</summary>
sealed class TokenSpaces
{
    readonly byte[] _leading;
    readonly byte[] _trailing;
    readonly HashSet<int> _added;

    public TokenSpaces(TextPipeline pipeline, int size)
    {
        _added = [.. pipeline.AddedTokens.Select(token => token.Id)];
        (_leading, _trailing) = (new byte[size], new byte[size]);
        for (var id = 0; id < size; id++)
        {
            if (pipeline.Model.Token(id) is not { Length: > 0 } token || !(IsSpace(token[0]) || IsSpace(token[^1])))
            {
                continue;
            }

            _leading[id] = (byte)Math.Min(255, token.TakeWhile(IsSpace).Count());
            _trailing[id] = (byte)Math.Min(255, token.Reverse().TakeWhile(IsSpace).Count());
        }
    }

    public int Leading(int id) => _leading[id];

    public int Trailing(int id) => _trailing[id];

    /// <summary>Whether an id is that of an added token, whose spaces are those of the text it took.</summary>
    public bool IsAdded(int id) => _added.Contains(id);

    static bool IsSpace(char c) => c == '\u0120' || (!char.IsSurrogate(c) && UnicodeTables.Is(c, CharFlags.Space));
}
