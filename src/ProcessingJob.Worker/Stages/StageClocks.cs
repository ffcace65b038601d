using ProcessingJob.Contract.Output;

namespace ProcessingJob.Worker.Stages;

/// <summary>A clock for each stage of a lane; all lanes share them.</summary>
sealed class StageClocks(int lanes)
{
    public StageClock Read { get; } = new("read", lanes);
    public StageClock Tokenize { get; } = new("tokenize", lanes);
    public StageClock Sort { get; } = new("sort", lanes);

    /// <summary>Its waiting is the waiting for the device.</summary>
    public StageClock Finish { get; } = new("finish", lanes);
    public StageClock Write { get; } = new("write", lanes);

    public IReadOnlyList<StageReport> Report() => [Read.Report(), Tokenize.Report(), Sort.Report(), Finish.Report(), Write.Report()];
}
