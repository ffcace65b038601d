namespace ProcessingJob.Cli.Analyze;

/// <summary>The analysis of a job's data; the document of --json.</summary>
sealed record DataAnalysis
{
    public required string Data { get; init; }
    public required string Model { get; init; }

    /// <summary>The model's own limit in tokens.</summary>
    public required int? ModelLimit { get; init; }

    /// <summary>tokens.max_length of the job; null: it leaves it to the model.</summary>
    public int? JobMaxLength { get; init; }
    public required bool IsSample { get; init; }
    public required int Files { get; init; }

    /// <summary>Records read: texts, and records that cannot be used.</summary>
    public required long Records { get; init; }
    public required long Texts { get; init; }

    /// <summary>Records that would be rejected, by reason.</summary>
    public required IReadOnlyDictionary<string, long> Rejects { get; init; }

    /// <summary>Records whose text is missing or nothing but white space.</summary>
    public required long Empty { get; init; }

    /// <summary>Texts equal to an earlier one.</summary>
    public required long Duplicates { get; init; }

    /// <summary>False: there are more distinct texts than memory is spent on, and <see cref="Duplicates"/> is an estimate.</summary>
    public required bool DuplicatesAreExact { get; init; }
    public required LengthSummary Words { get; init; }

    /// <summary>With special tokens and prompt, before any truncation.</summary>
    public required LengthSummary Tokens { get; init; }
    public required IReadOnlyList<LimitCost> Limits { get; init; }
    public required int RecommendedMaxLength { get; init; }

    /// <summary>A limit with whose it is.</summary>
    public string NameOf(LimitCost limit) =>
        limit.MaxLength + (limit.MaxLength == JobMaxLength ? " (job)" : "") + (limit.MaxLength == ModelLimit ? " (model)" : "");

    public required string Reason { get; init; }

    /// <summary>Texts by their main script.</summary>
    public required IReadOnlyDictionary<string, long> Scripts { get; init; }
}

/// <param name="Histogram">Texts per range of <paramref name="HistogramWidth"/>; the last range is open.</param>
sealed record LengthSummary(double Mean, int P50, int P90, int P95, int P99, int Max, int HistogramWidth, IReadOnlyList<long> Histogram)
{
    const int Bars = 48;

    /// <summary>Ranges that show all but the longest thousandth well.</summary>
    public static LengthSummary Of(LengthCounts counts)
    {
        var most = Math.Max(1, counts.Percentile(0.999));
        var width = 1;
        foreach (var step in (int[])[1, 2, 4, 5, 8, 10, 16, 20, 32, 50, 64, 100, 128, 256, 512, 1024, 2048, 4096, 8192, 16384])
        {
            width = step;
            if (most / step < Bars)
            {
                break;
            }
        }
        return new(
            Math.Round(counts.Mean, 2),
            counts.Percentile(0.5),
            counts.Percentile(0.9),
            counts.Percentile(0.95),
            counts.Percentile(0.99),
            counts.Longest,
            width,
            counts.Histogram(width, most / width + 1)
        );
    }
}

/// <summary>What a max_length would do.</summary>
/// <param name="MaxLength">Tokens.</param>
/// <param name="TextsCut">Share of the texts that are longer.</param>
/// <param name="TokensLost">Share of all tokens that are beyond it.</param>
/// <param name="PaddedToMax">Tokens computed when every text is padded to it.</param>
/// <param name="Computed">Tokens computed when texts of about one length share a batch, as the worker does.</param>
sealed record LimitCost(int MaxLength, double TextsCut, double TokensLost, long PaddedToMax, long Computed);
