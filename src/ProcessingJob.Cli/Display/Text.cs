using System.Globalization;
using ProcessingJob.Contract.Output;

namespace ProcessingJob.Cli.Display;

/// <summary>Numbers and warnings for people.</summary>
static class Text
{
    public static string Count(double n) => Math.Round(n).ToString("N0", CultureInfo.InvariantCulture);

    public static string Bytes(long n)
    {
        var (value, unit) = n switch
        {
            >= 1L << 40 => (n / (double)(1L << 40), "TiB"),
            >= 1L << 30 => (n / (double)(1L << 30), "GiB"),
            >= 1L << 20 => (n / (double)(1L << 20), "MiB"),
            >= 1L << 10 => (n / (double)(1L << 10), "KiB"),
            _ => (n, "B"),
        };
        return string.Create(CultureInfo.InvariantCulture, $"{value:0.#} {unit}");
    }

    public static string Percent(double share) => (share * 100).ToString("0.##", CultureInfo.InvariantCulture) + " %";

    public static string Seconds(double seconds) =>
        seconds < 90
            ? seconds.ToString("0.0", CultureInfo.InvariantCulture) + " s"
            : Contract.Spec.Durations.Format(TimeSpan.FromSeconds(Math.Round(seconds)));

    public static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary>A line each.</summary>
    public static string Warnings(IEnumerable<JobWarning> warnings) =>
        string.Concat(warnings.Select(warning => $"warning: {SafeText.Of(warning.ToString())}\n"));

    /// <summary>Of a help text: what follows is for those who ask for the whole.</summary>
    public static string FirstClause(string help) => help.Split([';', ':', '(', '\n'], 2)[0].Trim().TrimEnd('.');

    public static string Plural(long n, string one, string? many = null) => $"{Count(n)} {(n == 1 ? one : many ?? one + "s")}";
}
