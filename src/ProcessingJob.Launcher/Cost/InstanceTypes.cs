using System.Text.Json;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Container;

namespace ProcessingJob.Launcher.Cost;

/// <summary>What an instance type has and costs.</summary>
public sealed record InstanceType
{
    /// <summary>SageMaker's name, such as ml.g5.xlarge.</summary>
    public required string Type { get; init; }
    public int Vcpu { get; init; }
    public double MemoryGib { get; init; }

    /// <summary>Model of the GPU; null: none.</summary>
    public string? Gpu { get; init; }
    public int Gpus { get; init; }

    /// <summary>Memory of each GPU.</summary>
    public double GpuMemoryGib { get; init; }

    /// <summary>CUDA compute capability, such as 8.6.</summary>
    public string? ComputeCapability { get; init; }

    /// <summary>Sustained TFLOP/s of one GPU in half precision on encoder models; an estimate.</summary>
    public double GpuTflops { get; init; }

    /// <summary>Local NVMe, which takes the place of the volume; 0: none.</summary>
    public int NvmeGb { get; init; }

    /// <summary>Null: not known.</summary>
    public double? UsdPerHour { get; init; }

    /// <summary>False for GPUs that CUDA 13, which the worker's GPU image is built on, no longer drives (below 7.5: p2, p3).</summary>
    public bool GpuSupported => Gpus == 0 || (Version.TryParse(ComputeCapability, out var v) && v >= new Version(7, 5));
}

/// <summary>The table of instance types: data in a file, dated, and replaceable by the user's own file of the same form.</summary>
public sealed class InstanceTypes
{
    static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };
    readonly Dictionary<string, InstanceType> _byName;

    InstanceTypes(TableFile file)
    {
        (Date, Region, CpuGflopsPerVcpu) = (file.Date, file.Region, file.CpuGflopsPerVcpu);
        _byName = file.Types.ToDictionary(t => t.Type, StringComparer.Ordinal);
    }

    /// <summary>The table that ships with the launcher.</summary>
    public static InstanceTypes Default { get; } = Embedded();

    /// <summary>Month the prices are from.</summary>
    public string Date { get; }
    public string Region { get; }

    /// <summary>Sustained single-precision GFLOP/s of one vCPU on encoder models.</summary>
    public double CpuGflopsPerVcpu { get; }
    public IReadOnlyCollection<InstanceType> All => _byName.Values;

    /// <summary>Null: a type newer than the table.</summary>
    public InstanceType? Find(string type) => _byName.GetValueOrDefault(type);

    /// <summary>Whether hosts of a type have GPUs: by the table, and for types newer than it by their name.</summary>
    public bool HasGpu(string type) => Find(type) is { } known ? known.Gpus > 0 : GpuTypes.HasGpu(type);

    /// <summary>Reads a table; types that it does not list keep their shipped values.</summary>
    /// <exception cref="PJobException">The file is missing or not of this form.</exception>
    public static InstanceTypes Load(string path)
    {
        try
        {
            var own = JsonSerializer.Deserialize<TableFile>(File.ReadAllBytes(path), Json)!;
            var names = own.Types.Select(t => t.Type).ToHashSet(StringComparer.Ordinal);
            return new InstanceTypes(
                own with
                {
                    CpuGflopsPerVcpu = own.CpuGflopsPerVcpu > 0 ? own.CpuGflopsPerVcpu : Default.CpuGflopsPerVcpu,
                    Types = [.. own.Types, .. Default.All.Where(t => !names.Contains(t.Type))],
                }
            );
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or ArgumentException)
        {
            throw new PJobException(
                $"{path}: expected a table of instance types (date, region, types[type, vcpu, memory_gib, …]): {JsonFault.Of(e)}",
                ExitCode.BadSpec,
                e
            );
        }
    }

    static InstanceTypes Embedded()
    {
        using var stream = typeof(InstanceTypes).Assembly.GetManifestResourceStream("instance-types.json")!;
        return new InstanceTypes(JsonSerializer.Deserialize<TableFile>(stream, Json)!);
    }

    sealed record TableFile
    {
        public string Date { get; init; } = "";
        public string Region { get; init; } = "";
        public double CpuGflopsPerVcpu { get; init; }
        public required IReadOnlyList<InstanceType> Types { get; init; }
    }
}
