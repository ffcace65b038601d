using System.Text;

namespace ProcessingJob.Contract.Spec;

/// <summary>Times as people write them: <c>4h</c>, <c>90m</c>, <c>1h30m</c>, <c>2d</c>; a bare number is seconds.</summary>
public static class Durations
{
    // What a TimeSpan can hold.
    const long MaxSeconds = long.MaxValue / TimeSpan.TicksPerSecond;

    /// <returns>False when it is no time, or one that a <see cref="TimeSpan"/> cannot hold.</returns>
    public static bool TryParse(string text, out TimeSpan value)
    {
        value = TimeSpan.Zero;
        long number = -1,
            seconds = 0;
        foreach (var c in text.Trim())
        {
            if (char.IsAsciiDigit(c))
            {
                number = Math.Max(number, 0) * 10 + (c - '0');
                if (number > int.MaxValue)
                {
                    return false;
                }

                continue;
            }
            var unit = c switch
            {
                'd' => 86_400L,
                'h' => 3_600,
                'm' => 60,
                's' => 1,
                _ => 0,
            };
            if (unit == 0 || number < 0)
            {
                return false;
            }

            // A number has at most 31 bits: neither product nor sum leaves a long before it is looked at.
            seconds += number * unit;
            number = -1;
            if (seconds > MaxSeconds)
            {
                return false;
            }
        }
        seconds += Math.Max(number, 0);
        if (seconds > MaxSeconds)
        {
            return false;
        }

        value = TimeSpan.FromSeconds(seconds);
        return text.Trim().Length > 0;
    }

    public static string Format(TimeSpan value)
    {
        var seconds = (long)value.TotalSeconds;
        var text = new StringBuilder();
        foreach (var (unit, size) in new[] { ('d', 86_400L), ('h', 3_600), ('m', 60), ('s', 1) })
        {
            if (seconds >= size)
            {
                text.Append(seconds / size).Append(unit);
            }

            seconds %= size;
        }
        return text.Length == 0 ? "0s" : text.ToString();
    }
}
