using ProcessingJob.Contract.Output;
using ProcessingJob.Contract.Plan;

namespace ProcessingJob.Data.Finalizing;

/// <summary>Holds a commit record against its unit and against the files that are there.</summary>
public static class UnitCheck
{
    /// <summary>What is wrong, one fault a line; nothing when all is well.</summary>
    /// <param name="unit">As planned.</param>
    /// <param name="record">As committed.</param>
    /// <param name="identity">Of the output.</param>
    /// <param name="sizes">Bytes by path of all files of the output.</param>
    public static IEnumerable<string> Faults(
        WorkUnit unit,
        UnitRecord record,
        OutputIdentity identity,
        IReadOnlyDictionary<string, long> sizes
    )
    {
        var name = OutputLayout.Commit(unit.Id);
        if (
            (record.Unit, record.FirstFile, record.Start, record.End, record.Version)
                != (unit.Id, unit.Source, unit.Start, unit.End, unit.Version)
            || !HasFiles(unit, record)
        )
        {
            yield return $"{name}: is the record of {record.FirstFile} {record.Start}-{record.End}, expected {unit.Source} "
                + $"{unit.Start}-{unit.End}";
        }

        if (record.SpecFingerprint != identity.SpecFingerprint || record.ModelFingerprint != identity.ModelFingerprint)
        {
            yield return $"{name}: was written with another spec or model";
        }

        foreach (var fault in CountFaults(record, name).Concat(FileFaults(record, name, sizes)))
        {
            yield return fault;
        }
    }

    static bool HasFiles(WorkUnit unit, UnitRecord record)
    {
        if (unit.Files is not { } planned || record.Files is not { } done)
        {
            return unit.Files is null && record.Files is null;
        }

        for (var i = 0; i < planned.Count && planned.Count == done.Count; i++)
        {
            if (done[i] != new UnitFile(planned[i].Source, planned[i].Size, planned[i].Version))
            {
                return false;
            }
        }

        return planned.Count == done.Count;
    }

    /// <summary>Rows in = rows kept + rejects, and the files' rows add up.</summary>
    public static IEnumerable<string> CountFaults(UnitRecord record, string name)
    {
        var rejected = record.Rejects.Values.Sum();
        if (record.RowsIn != record.RowsKept + rejected)
        {
            yield return $"{name}: {record.RowsIn} rows in, but {record.RowsKept} kept + {rejected} rejected";
        }

        if (record.Parts.Sum(p => p.Rows) != record.RowsOut)
        {
            yield return $"{name}: {record.RowsOut} rows out, but its parts have {record.Parts.Sum(p => p.Rows)}";
        }

        if ((record.RejectFile?.Rows ?? 0) != rejected)
        {
            yield return $"{name}: {rejected} rows rejected, but its reject file has {record.RejectFile?.Rows ?? 0}";
        }
    }

    static IEnumerable<string> FileFaults(UnitRecord record, string name, IReadOnlyDictionary<string, long> sizes)
    {
        foreach (var part in FilesOf(record))
        {
            if (OutputNames.UnitOf(part.Path) != record.Unit)
            {
                yield return $"{name}: names {part.Path}, which is no file of unit {record.Unit}";
            }
            else if (!sizes.TryGetValue(part.Path, out var size))
            {
                yield return $"{part.Path}: missing";
            }
            else if (size != part.Bytes)
            {
                yield return $"{part.Path}: has {size} bytes, expected {part.Bytes}";
            }
        }
    }

    /// <summary>Its parts and its reject file.</summary>
    public static IEnumerable<PartRecord> FilesOf(UnitRecord record) =>
        record.RejectFile is { } rejects ? record.Parts.Append(rejects) : record.Parts;
}
