using System.Globalization;

namespace ProcessingJob.Tokenization.Models;

/// <summary>
/// Scores as Hugging Face's JSON reader (serde_json) takes them: the digits as a 64-bit integer, divided or multiplied by a power of ten.
/// The
/// last bit may differ from the nearest double, and pieces of equal sums are told apart by it.
/// </summary>
static class Score
{
    public static double Parse(ReadOnlySpan<char> number)
    {
        var negative = number.StartsWith('-');
        ulong digits = 0;
        int exponent = 0,
            at = negative ? 1 : 0;
        var (fraction, full) = (false, false);
        for (; at < number.Length && number[at] is not ('e' or 'E'); at++)
        {
            if (number[at] == '.')
            {
                fraction = true;
                continue;
            }

            var digit = (ulong)(number[at] - '0');
            full |= digits > (ulong.MaxValue - digit) / 10;
            if (full)
            {
                // Digits that no longer fit are dropped; before the point they still count as places.
                if (!fraction)
                {
                    exponent++;
                }

                continue;
            }

            digits = digits * 10 + digit;
            if (fraction)
            {
                exponent--;
            }
        }

        if (at < number.Length)
        {
            exponent += int.Parse(number[(at + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        }

        var value = (double)digits;
        for (; exponent < -308; exponent += 308)
        {
            value /= 1e308;
        }

        if (exponent != 0 && value != 0)
        {
            var power = double.Parse($"1e{Math.Abs(exponent)}", CultureInfo.InvariantCulture);
            value = exponent < 0 ? value / power : value * power;
        }

        return negative ? -value : value;
    }

    /// <summary>A SentencePiece model's score after its way through JSON.</summary>
    public static double OfSingle(float score) => Parse(((double)score).ToString("R", CultureInfo.InvariantCulture));
}
