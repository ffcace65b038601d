namespace ProcessingJob.Cli.Compare;

/// <summary>How two outputs of the same rows compare.</summary>
enum Verdict
{
    /// <summary>The same rows, values and bits of embeddings.</summary>
    Identical,

    /// <summary>The same rows and values; embeddings within the limit.</summary>
    Equal,

    /// <summary>Something is beyond the limit.</summary>
    Different,
}

/// <summary>A setting that the two jobs do not share.</summary>
sealed record SettingDifference(string Setting, string A, string B);

/// <summary>A column whose values differ in some of the matched rows.</summary>
sealed record ColumnDifference(string Column, long Rows, string Example);

/// <summary>A row whose embedding moved.</summary>
sealed record MovedRow(string Row, double Cosine);

/// <summary>Lengths of the embeddings of one output.</summary>
sealed record NormStatistics(double Mean, double Min, double Max);

/// <summary>Cosines between the two embeddings of a row.</summary>
/// <param name="Start">Where the histogram starts, -1 to 0.9: not above the lowest.</param>
/// <param name="Histogram">Rows by cosine in equal ranges from the start to 1.</param>
sealed record CosineStatistics(double Mean, double Median, double FirstPercentile, double Min, double Start, IReadOnlyList<long> Histogram);

/// <summary>What <c>pjob compare</c> finds.</summary>
sealed record OutputComparison
{
    public required Verdict Verdict { get; init; }

    /// <summary>What is different, the most telling first; empty unless it is.</summary>
    public required IReadOnlyList<string> Reasons { get; init; }

    /// <summary>
    /// Why the embeddings are not the same bit for bit, as far as manifests and vectors tell; empty where they are, or nothing is known.
    /// </summary>
    public required IReadOnlyList<string> LikelyCauses { get; init; }
    public required string A { get; init; }
    public required string B { get; init; }
    public required long RowsA { get; init; }
    public required long RowsB { get; init; }

    /// <summary>Rows in both, by the columns of <see cref="Key"/>.</summary>
    public required long Matched { get; init; }
    public required string Key { get; init; }
    public required IReadOnlyList<SettingDifference> Settings { get; init; }

    /// <summary>Columns that one output alone has.</summary>
    public required IReadOnlyList<string> OnlyA { get; init; }
    public required IReadOnlyList<string> OnlyB { get; init; }
    public required IReadOnlyList<ColumnDifference> Columns { get; init; }

    /// <summary>0 where an output has no embeddings.</summary>
    public required int DimensionsA { get; init; }
    public required int DimensionsB { get; init; }
    public NormStatistics? NormsA { get; init; }
    public NormStatistics? NormsB { get; init; }

    /// <summary>Null where the widths differ, or there are no embeddings.</summary>
    public CosineStatistics? Cosines { get; init; }

    /// <summary>Share of each row's ten nearest that both outputs name, 0 to 1, on a sample; null for few rows.</summary>
    public double? NeighborsKept { get; init; }

    /// <summary>Rows whose embedding of B stands in A under another key.</summary>
    public long Elsewhere { get; init; }

    /// <summary>The lowest cosines, lowest first.</summary>
    public IReadOnlyList<MovedRow> Moved { get; init; } = [];
}
