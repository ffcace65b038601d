namespace ProcessingJob.Contract.Output;

/// <summary>What is said where an output would get numbers of two kinds.</summary>
public static class MixedDevices
{
    /// <param name="now">What the run would compute with.</param>
    /// <param name="before">What the committed units were computed with.</param>
    public static string Message(string now, ComputeRecord before) =>
        $"the committed units of this output were computed with {before}, but this run would use {now}: their vectors would agree "
        + "to a tolerance only; fix: run on instance types like the first ones, or with another output.data, or say "
        + "compute.allow_mixed_devices: true";

    /// <summary>All kinds of a set of records, in a fixed order; records that do not say are left out.</summary>
    public static IReadOnlyList<ComputeRecord> Kinds(IEnumerable<UnitRecord> records) =>
        [.. records.Select(r => r.Computed).OfType<ComputeRecord>().Distinct().OrderBy(c => c.ToString(), StringComparer.Ordinal)];
}
