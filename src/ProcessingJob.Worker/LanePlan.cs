using System.Globalization;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Data.Reading;

namespace ProcessingJob.Worker;

/// <summary>How many units a host works on at a time, and the memory that they take together.</summary>
/// <param name="Lanes">Units at a time, at least 1.</param>
/// <param name="BlocksAhead">Blocks that a lane has with the engine while it reads the next.</param>
/// <param name="Reason">Why so many, in words.</param>
/// <param name="Bytes">Bound of the process's memory.</param>
sealed record LanePlan(int Lanes, int BlocksAhead, string Reason, long Bytes)
{
    /// <summary>Test hook: as many lanes whatever the machine has.</summary>
    public const string Variable = "PROCESSINGJOB_LANES";

    /// <summary>A lane's work is a hundredth of a transformer's on the same cores: one lane feeds them while the other commits.</summary>
    const int CpuLanes = 2;

    /// <summary>Of a block's row beside its results: text, token ids and what belongs to them, for texts of usual length.</summary>
    const int RowBytes = 1024;

    /// <summary>Of a text, for results that are one per token.</summary>
    const int UsualTokens = 64;

    /// <summary>A group of rows (16 MiB) with the room that it grows into, once for every split.</summary>
    const long GroupBytes = 32L << 20;

    /// <summary>What encoding and compressing a group takes: measured, for lists of numbers in Parquet.</summary>
    const long EncodingBytes = 64L << 20;

    /// <summary>
    /// Of an output on S3, once for every split: the part of an upload that is filled and the one on its way, of the unit that is written
    /// and of the one that is committed.
    /// </summary>
    const long UploadBytes = 32L << 20;

    /// <summary>What a model takes while it runs, beyond what its load has taken, and what the system keeps for itself.</summary>
    const long Reserve = 48L << 20;

    /// <summary>For this process, after the model was loaded. .NET counts the cores that the container's cgroup lets it use.</summary>
    /// <exception cref="PJobException">The memory does not suffice for one unit.</exception>
    public static LanePlan Of(LoadedModel model, JobSpec spec, ReadOptions reading)
    {
        var engine = model.Engine;
        var ahead = engine is null ? 0 : 1;
        var floats = engine is null ? 0 : engine.Output.KeptFloats(Math.Min(model.MaxLength, UsualTokens)) * model.Task.CallsPerRow;
        var block = (long)reading.RowsPerBlock * (RowBytes + 4L * floats * WindowsOf(model.MaxLength, spec.Tokens));
        // One that is read or finished, one that is waited for, and those ahead.
        var split = GroupBytes + (spec.Output.Transfer == Transfer.Stream ? UploadBytes : 0);
        var lane = (ahead + 2) * block + Math.Max(1, spec.Output.Split.Count) * split + EncodingBytes;
        // A static model's table look-ups are less than the lanes' own work.
        var isFed = engine is { Device: DeviceKind.Cpu, Provider: not null };
        return Choose(
            lane,
            isFed ? CpuLanes : Environment.ProcessorCount,
            isFed ? "the cores belong to the model" : $"one per core of {Environment.ProcessorCount}",
            MemoryLimit.Of(spec.Compute.Memory),
            Environment.WorkingSet + Reserve,
            Environment.GetEnvironmentVariable(Variable)
        ) with
        {
            BlocksAhead = ahead,
        };
    }

    /// <summary>Encodings of a text of usual length.</summary>
    static int WindowsOf(int maxLength, TokenSpec tokens) =>
        tokens.Overflow == Overflow.Window ? Math.Max(1, UsualTokens / Math.Max(1, maxLength - tokens.Stride)) : 1;

    /// <param name="lane">Bytes that a lane takes.</param>
    /// <param name="wanted">Lanes that could be used.</param>
    /// <param name="reason">Why so many.</param>
    /// <param name="limit">Bytes that the process may take.</param>
    /// <param name="used">Bytes that it takes without lanes.</param>
    /// <param name="asked">Lanes that a test asks for; null: none does.</param>
    /// <exception cref="PJobException">There is no room for one.</exception>
    public static LanePlan Choose(long lane, int wanted, string reason, long limit, long used, string? asked)
    {
        // The need of a lane is that of usual texts: only what is far from it is refused.
        if (limit - used < lane / 2)
        {
            throw new PJobException(
                $"not enough memory: the process may take {limit >> 20} MiB; {used >> 20} MiB are in use with the model loaded, and a unit "
                    + $"takes {lane >> 20} MiB more; fix: more memory (compute.memory, compute.instance_type), or fewer splits"
            );
        }

        if (int.TryParse(asked, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            (wanted, reason) = (Math.Max(1, number), Variable);
        }

        var lanes = (int)Math.Clamp((limit - used) / lane, 1, wanted);
        return new(lanes, 0, lanes < wanted ? $"as the memory allows, {wanted} could be used" : reason, used + lanes * lane);
    }
}
