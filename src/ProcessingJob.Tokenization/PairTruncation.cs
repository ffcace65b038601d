using ProcessingJob.Contract;

namespace ProcessingJob.Tokenization;

/// <summary>How many tokens each text of a pair keeps.</summary>
static class PairTruncation
{
    /// <param name="room">Tokens for both texts together.</param>
    /// <exception cref="PJobException">The text that must stay whole leaves no room for the other.</exception>
    public static (int First, int Second) Lengths(Truncation strategy, int first, int second, int room)
    {
        if ((long)first + second <= room)
        {
            return (first, second);
        }

        switch (strategy)
        {
            case Truncation.OnlyFirst:
                return (Shortened(first, second, "second"), second);
            case Truncation.OnlySecond:
                return (first, Shortened(second, first, "first"));
            default:
                var (shorter, longer) = first > second ? (second, first) : (first, second);
                longer = shorter > room ? shorter : Math.Max(shorter, room - shorter);
                if (shorter + longer > room)
                {
                    (shorter, longer) = (room / 2, room / 2 + room % 2);
                }

                return first > second ? (longer, shorter) : (shorter, longer);
        }

        int Shortened(int target, int other, string name) =>
            room == 0 ? 0
            : room > other ? room - other
            : throw new PJobException(
                $"the {name} text alone has {other} tokens, and max_length leaves {room} for both: raise it or truncate longest_first"
            );
    }
}
