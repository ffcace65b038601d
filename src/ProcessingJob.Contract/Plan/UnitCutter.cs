using ProcessingJob.Contract.Spec;

namespace ProcessingJob.Contract.Plan;

/// <summary>A source file as a planner sees it.</summary>
public sealed record SourceFile(string Source, long Size, string Version)
{
    /// <summary>Of a local file, taken when its content was hashed; null: its version is checked by whoever serves it.</summary>
    public FileStamp? Stamp { get; init; }
}

/// <summary>Cuts source files into units by name and size alone, so that planner and worker cut alike, on any number of hosts.</summary>
public static class UnitCutter
{
    const long MinUnit = 1L << 20,
        MaxUnit = 16L << 20;

    /// <summary>Bytes of a unit of a file: a sixteenth of it, between 1 MiB and 16 MiB.</summary>
    public static long UnitBytes(long size) => Math.Clamp((size + 15) / 16, MinUnit, MaxUnit);

    /// <summary>Units of the files in ordinal order of their names.</summary>
    /// <exception cref="PJobException">BadSpec: a file's format cannot be told from its name and the spec says auto, or keys of csv are set
    /// for another.</exception>
    public static IReadOnlyList<WorkUnit> Cut(IEnumerable<SourceFile> files, JobSpec spec, string specFingerprint, string modelFingerprint)
    {
        var units = new List<WorkUnit>();
        var formats = new HashSet<InputFormat>();
        foreach (var file in files.OrderBy(f => f.Source, StringComparer.Ordinal))
        {
            var format = spec.Input.Format == InputFormat.Auto ? InputFormats.OfName(file.Source) : spec.Input.Format;
            if (formats.Add(format) && CsvRules.Misplaced(spec.Input, format).FirstOrDefault() is { } fault)
            {
                throw new PJobException($"{fault} (found {file.Source})", ExitCode.BadSpec);
            }

            var step = CanCut(file.Source, format, spec) ? UnitBytes(file.Size) : Math.Max(1, file.Size);
            // An empty file still is a unit: its commit record says that it was seen.
            for (long start = 0; start == 0 || start < file.Size; start += step)
            {
                units.Add(
                    WorkUnit.Create(
                        file.Source,
                        format,
                        start,
                        Math.Min(start + step, file.Size),
                        file.Size,
                        file.Version,
                        specFingerprint,
                        modelFingerprint
                    ) with
                    {
                        Stamp = file.Stamp,
                    }
                );
            }
        }
        return units;
    }

    static bool CanCut(string name, InputFormat format, JobSpec spec) =>
        // Ranges are of bytes as they lie; what is decoded is read from its start.
        !InputFormats.IsCompressed(name)
        && format != InputFormat.Arrow
        && (format == InputFormat.Parquet || spec.Input.Encoding == InputEncodings.Utf8)
        && (InputFormats.Of(format).HasColumns || spec.Input.Rows != TextRows.File);
}
