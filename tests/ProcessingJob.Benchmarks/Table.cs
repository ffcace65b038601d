namespace ProcessingJob.Benchmarks;

/// <summary>
/// Prints measurements line by line. tok/cpu-s is real tokens per second of CPU time, on which other load on the machine has little
/// influence; its ratio is to the section's first row or the one named. tok/s is by the clock: for a quiet machine.
/// </summary>
sealed class Table(TextWriter output)
{
    public void Section(string title)
    {
        output.WriteLine();
        output.WriteLine(title);
        output.WriteLine($"  {"", -46}{"tok/cpu-s", 11}{"ratio", 8}{"tok/s", 9}{"fill", 7}{"cpu s", 8}{"wall s", 8}{"peak MB", 9}");
    }

    public void Case(string title) => output.WriteLine($"  {title}");

    /// <param name="what">The row.</param>
    /// <param name="measured">Its numbers.</param>
    /// <param name="against">What the ratio is to; null for none.</param>
    public void Row(string what, Measured measured, Measured? against = null) =>
        output.WriteLine(
            $"    {what, -44}{measured.TokensPerCpuSecond, 11:N0}"
                + $"{(against is null ? "" : $"{measured.TokensPerCpuSecond / against.TokensPerCpuSecond:F3}"), 8}"
                + $"{measured.Tokens / measured.Wall.TotalSeconds, 9:N0}"
                + $"{(measured.Fill > 0 ? $"{measured.Fill:F3}" : ""), 7}"
                + $"{measured.Cpu.TotalSeconds, 8:F1}{measured.Wall.TotalSeconds, 8:F1}"
                + $"{(measured.PeakBytes > 0 ? $"{measured.PeakBytes / 1e6:N0}" : ""), 9}"
        );
}

/// <summary>What a run cost.</summary>
/// <param name="Tokens">Real ones, special tokens included.</param>
sealed record Measured(long Tokens, TimeSpan Cpu, TimeSpan Wall, double Fill = 0, long PeakBytes = 0)
{
    public double TokensPerCpuSecond => Tokens / Math.Max(1e-9, Cpu.TotalSeconds);

    public static Measured operator +(Measured a, Measured b) =>
        new(a.Tokens + b.Tokens, a.Cpu + b.Cpu, a.Wall + b.Wall, b.Fill, Math.Max(a.PeakBytes, b.PeakBytes));
}
