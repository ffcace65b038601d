using ProcessingJob.Contract;
using ProcessingJob.Contract.Plan;

namespace ProcessingJob.Launcher.Cost;

/// <summary>What a job has to compute.</summary>
public sealed record Workload
{
    /// <summary>Units of work with their bytes; what is committed already is left out.</summary>
    public required IReadOnlyList<WorkUnit> Units
    {
        get;
        init => (field, LongestFirst) = (value, Balancer.LongestFirst(value));
    }

    internal IReadOnlyList<WorkUnit> LongestFirst { get; private init; } = [];

    /// <summary>Rows, for the price per million; an estimate will do.</summary>
    public required long Rows { get; init; }

    /// <summary>Tokens that the model sees, after truncation.</summary>
    public required long Tokens { get; init; }

    /// <summary>
    /// Floating point operations per token: about twice the parameters outside the embeddings; 0: unknown, only measured speeds count.
    /// </summary>
    public required double FlopsPerToken { get; init; }

    /// <summary>Tokens/s of one host of any type, as the user gives it; null: measured, or estimated from the table.</summary>
    public double? MeasuredTokensPerSecond { get; init; }

    /// <summary>Tokens/s of one host by instance type, as earlier runs measured it.</summary>
    public IReadOnlyDictionary<string, double> MeasuredByType { get; init; } = new Dictionary<string, double>();

    internal double? MeasuredOn(string type) => MeasuredTokensPerSecond ?? (MeasuredByType.TryGetValue(type, out var speed) ? speed : null);

    /// <summary>Bytes that every host copies before it starts: the model, and the whole input unless it is sharded or streamed.</summary>
    public long BytesPerHost { get; init; }
}

/// <summary>Time and cost of a job on some hosts.</summary>
/// <param name="Total">From CreateProcessingJob to the end: start-up, copying, computing.</param>
/// <param name="Skew">Bytes of the fullest host over the mean; 1 is even.</param>
/// <param name="Usd">All hosts for the whole time; null: the table has no price.</param>
/// <param name="Measured">False: the speed is an estimate from the table.</param>
public sealed record CostEstimate(
    InstanceType Type,
    int Hosts,
    TimeSpan Total,
    TimeSpan Computing,
    double Skew,
    double TokensPerSecond,
    double? Usd,
    double? UsdPerMillionRows,
    bool Measured
);

/// <summary>Expected time and cost, so that hosts can be chosen before they are paid for.</summary>
public sealed class CostModel(InstanceTypes types)
{
    /// <summary>From CreateProcessingJob to the first line of the worker, as users report it: instances, image, volumes.</summary>
    public static readonly TimeSpan Startup = TimeSpan.FromMinutes(8);

    /// <summary>Bytes/s at which a host copies from S3 before the start; a cautious figure.</summary>
    public const double CopyBytesPerSecond = 200e6;

    /// <summary>Estimates one choice.</summary>
    /// <exception cref="PJobException">The type is not in the table, and no measured speed stands in.</exception>
    public CostEstimate Estimate(Workload work, string instanceType, int hosts)
    {
        ArgumentNullException.ThrowIfNull(work);
        var type = types.Find(instanceType) ?? new InstanceType { Type = instanceType };
        var measured = work.MeasuredOn(instanceType);
        var speed = measured ?? Speed(type, work.FlopsPerToken);
        var (fullest, total) = Loads(work, hosts);
        var share = total == 0 ? 0 : (double)fullest / total;
        var computing = TimeSpan.FromSeconds(work.Tokens * share / speed);
        var all = Startup + TimeSpan.FromSeconds(work.BytesPerHost / CopyBytesPerSecond) + computing;
        var usd = type.UsdPerHour * hosts * all.TotalHours;
        return new CostEstimate(
            type,
            hosts,
            all,
            computing,
            share * hosts,
            speed,
            usd,
            work.Rows == 0 ? null : usd / work.Rows * 1e6,
            measured is not null
        );
    }

    /// <summary>The same job on 1 to <paramref name="maxHosts"/> hosts.</summary>
    public IReadOnlyList<CostEstimate> Simulate(Workload work, string instanceType, int maxHosts = 100) =>
        [.. Enumerable.Range(1, maxHosts).Select(hosts => Estimate(work, instanceType, hosts))];

    /// <summary>The cheapest (without prices: the fewest hosts) that ends within <paramref name="deadline"/>; null: none does.</summary>
    public static CostEstimate? Cheapest(IEnumerable<CostEstimate> choices, TimeSpan deadline) =>
        choices.Where(c => c.Total <= deadline).OrderBy(c => c.Usd ?? double.MaxValue).ThenBy(c => c.Hosts).FirstOrDefault();

    double Speed(InstanceType type, double flopsPerToken)
    {
        if (flopsPerToken == 0)
        {
            throw new PJobException(
                $"the speed of this job on {type.Type} cannot be estimated; fix: give a measured one with --tokens-per-second",
                ExitCode.BadSpec
            );
        }

        var flops = type.Gpus > 0 ? type.Gpus * type.GpuTflops * 1e12 : type.Vcpu * types.CpuGflopsPerVcpu * 1e9;
        return flops > 0
            ? flops / flopsPerToken
            : throw new PJobException(
                $"compute.instance_type: {type.Type} is not in the table of {types.Date}, so its speed is unknown; fix: give a "
                    + "measured one with --tokens-per-second, or a table with --instance-types",
                ExitCode.BadSpec
            );
    }

    static (long Fullest, long Total) Loads(Workload work, int hosts)
    {
        var loads = Balancer.Loads(work.LongestFirst, hosts);
        return (loads.Max(), loads.Sum());
    }
}
