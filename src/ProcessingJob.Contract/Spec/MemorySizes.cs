using System.Globalization;

namespace ProcessingJob.Contract.Spec;

/// <summary>Amounts of memory as people write them: <c>512MB</c>, <c>2GB</c>, <c>1.5GiB</c>.</summary>
public static class MemorySizes
{
    static readonly (string Unit, double Bytes)[] Units = [("MiB", 1 << 20), ("GiB", 1 << 30), ("MB", 1e6), ("GB", 1e9)];

    /// <param name="text">A number and a unit; capitals do not matter.</param>
    /// <param name="bytes">What it comes to.</param>
    /// <returns>False when it is nothing of the kind, not above zero, or more than a petabyte.</returns>
    public static bool TryParse(string text, out long bytes)
    {
        bytes = 0;
        text = text.Trim();
        foreach (var (unit, size) in Units)
        {
            if (
                text.EndsWith(unit, StringComparison.OrdinalIgnoreCase)
                && double.TryParse(
                    text[..^unit.Length],
                    NumberStyles.AllowDecimalPoint | NumberStyles.AllowTrailingWhite,
                    CultureInfo.InvariantCulture,
                    out var number
                )
                && number * size is >= 1 and <= 1e15
            )
            {
                bytes = (long)Math.Round(number * size);
                return true;
            }
        }

        return false;
    }

    /// <summary>In the largest unit of which it is a whole number, else in MB with decimals, as <see cref="TryParse"/> reads it.</summary>
    public static string Format(long bytes)
    {
        foreach (var (unit, size) in Units.OrderByDescending(u => u.Bytes))
        {
            if (bytes % (long)size == 0)
            {
                return string.Create(CultureInfo.InvariantCulture, $"{bytes / (long)size}{unit}");
            }
        }

        return string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:0.######}MB");
    }
}
