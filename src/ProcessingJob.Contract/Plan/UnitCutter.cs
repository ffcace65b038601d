using ProcessingJob.Contract.Spec;

namespace ProcessingJob.Contract.Plan;

/// <summary>
/// Makes units of source files: small files are gathered, large ones are cut. It depends on the files and the spec alone, so that planner
/// and worker cut alike, on any number of hosts.
/// </summary>
public static class UnitCutter
{
    /// <summary>What a unit aims at, in bytes of uncompressed input and in rows, whichever comes first.</summary>
    public const long TargetBytes = 16L << 20,
        TargetRows = 50_000;

    /// <summary>
    /// A file, or an input of small files, that is less than so many full units is made so many smaller ones: there may be lanes and hosts
    /// for them.
    /// </summary>
    const int LeastUnits = 8;

    /// <summary>No file is cut into pieces that aim at less for that.</summary>
    const long LeastBytes = 1L << 20;

    /// <summary>Of compressed text, whose size is not known before it is read: what gzip and zstd make of reviews and articles.</summary>
    const long Expansion = 3;

    /// <summary>Units of the files, in ordinal order of their (first) names.</summary>
    /// <exception cref="PJobException">BadSpec: a file's format cannot be told from its name and the spec says auto, or keys of csv are set
    /// for another.</exception>
    public static IReadOnlyList<WorkUnit> Cut(
        IEnumerable<SourceFile> files,
        JobSpec spec,
        string specFingerprint,
        string modelFingerprint
    ) => Cut(files, _ => false, spec, specFingerprint, modelFingerprint);

    /// <summary>
    /// The same without some files, of which nothing is left to do. Files that are left in whole units give the same units.
    /// </summary>
    /// <param name="files">All files of the input: how large units are depends on all.</param>
    /// <param name="isDone">Whether a file is left out.</param>
    /// <param name="spec">The job.</param>
    /// <param name="specFingerprint">Of the spec.</param>
    /// <param name="modelFingerprint">Of the model.</param>
    /// <exception cref="PJobException">As above.</exception>
    public static IReadOnlyList<WorkUnit> Cut(
        IEnumerable<SourceFile> files,
        Func<SourceFile, bool> isDone,
        JobSpec spec,
        string specFingerprint,
        string modelFingerprint
    )
    {
        var all = Ordered(files);
        var looks = new Look[all.Count];
        var formats = new HashSet<InputFormat>();
        for (var i = 0; i < looks.Length; i++)
        {
            looks[i] = Look.Of(all[i], spec);
            if (formats.Add(looks[i].Format) && CsvRules.Misplaced(spec.Input, looks[i].Format).FirstOrDefault() is { } fault)
            {
                throw new PJobException($"{fault} (found {all[i].Source})", ExitCode.BadSpec);
            }
        }

        var target = Math.Clamp(looks.Sum(l => l.Bytes) / LeastUnits, LeastBytes, TargetBytes);
        var smallBytes = looks.Where(l => l.IsSmall(target)).Sum(l => l.Bytes);
        var gatherers = new SortedDictionary<InputFormat, Gatherer>();
        var units = new List<WorkUnit>();
        for (var i = 0; i < looks.Length; i++)
        {
            if (isDone(all[i]))
            {
                continue;
            }

            var look = looks[i];
            if (all.Count <= LeastUnits || !look.IsSmall(target))
            {
                foreach (var (start, end, rows) in Ranges(all[i], look, spec))
                {
                    units.Add(Piece(all[i], look.Format, start, end, rows));
                }

                continue;
            }

            if (!gatherers.TryGetValue(look.Format, out var gatherer))
            {
                gatherers[look.Format] = gatherer = new(smallBytes);
            }

            if (gatherer.Add(all[i], look))
            {
                units.Add(Gathered(gatherer, look.Format));
            }
        }

        units.AddRange(gatherers.Where(g => g.Value.Count > 0).Select(g => Gathered(g.Value, g.Key)));
        units.Sort(Balancer.InFileOrder);
        return units;

        WorkUnit Piece(SourceFile file, InputFormat format, long start, long end, long? rows) =>
            WorkUnit.Create(file.Source, format, start, end, file.Size, file.Version, specFingerprint, modelFingerprint) with
            {
                Stamp = file.Stamp,
                Rows = rows,
            };

        WorkUnit Gathered(Gatherer from, InputFormat format)
        {
            var (members, rows) = from.Take();
            return members is [var only]
                ? Piece(only, format, 0, only.Size, rows)
                : WorkUnit.Gather(members, format, specFingerprint, modelFingerprint) with
                {
                    Rows = rows,
                };
        }
    }

    /// <summary>Of a file that is no part of others' units; they depend on the file alone, whatever else the input holds.</summary>
    static IEnumerable<(long Start, long End, long? Rows)> Ranges(SourceFile file, Look look, JobSpec spec)
    {
        var target = Math.Clamp(look.Bytes / LeastUnits, LeastBytes, TargetBytes);
        if (file.Shape is { Groups.Count: > 1 } shape)
        {
            return GroupRanges(file, shape, target);
        }

        if (!CanCut(file, look, spec) || file.Size == 0)
        {
            // An empty file still is a unit: its commit record says that it was seen.
            return [(0, file.Size, look.Rows)];
        }

        var count = Math.Min(file.Size, Math.Max(Pieces(file.Size, target), Pieces(look.Rows ?? 0, TargetRows)));
        return Enumerable
            .Range(0, (int)count)
            .Select(i => ((long)((Int128)file.Size * i / count), (long)((Int128)file.Size * (i + 1) / count), look.Rows / count));
    }

    static bool CanCut(SourceFile file, Look look, JobSpec spec) =>
        // Ranges are of bytes as they lie; what is decoded is read from its start.
        !InputFormats.IsCompressed(file.Source)
        && look.Format is not (InputFormat.Arrow or InputFormat.Parquet)
        && spec.Input.Encoding == InputEncodings.Utf8
        && !(look.Format == InputFormat.Text && spec.Input.Rows == TextRows.File);

    static long Pieces(long all, long most) => Math.Max(1, (all + most - 1) / most);

    /// <summary>Runs of row groups that together are no more than a unit, or one group that is more.</summary>
    static IEnumerable<(long Start, long End, long? Rows)> GroupRanges(SourceFile file, FileShape shape, long target)
    {
        long start = 0,
            rows = 0,
            bytes = 0;
        foreach (var group in shape.Groups)
        {
            if (rows > 0 && (rows + group.Rows > TargetRows || bytes + group.Bytes > target))
            {
                yield return (start, group.Start, rows);
                (start, rows, bytes) = (group.Start, 0, 0);
            }

            (rows, bytes) = (rows + group.Rows, bytes + group.Bytes);
        }

        yield return (start, file.Size, rows);
    }

    /// <summary>A listing is in order; sorting a million names anew would cost seconds.</summary>
    static IReadOnlyList<SourceFile> Ordered(IEnumerable<SourceFile> files)
    {
        var all = files as IReadOnlyList<SourceFile> ?? [.. files];
        for (var i = 1; i < all.Count; i++)
        {
            if (string.CompareOrdinal(all[i - 1].Source, all[i].Source) > 0)
            {
                return [.. all.OrderBy(f => f.Source, StringComparer.Ordinal)];
            }
        }

        return all;
    }

    /// <summary>What a file's units depend on.</summary>
    readonly record struct Look(InputFormat Format, long Bytes, long? Rows)
    {
        public static Look Of(SourceFile file, JobSpec spec)
        {
            var format = spec.Input.Format == InputFormat.Auto ? InputFormats.OfName(file.Source) : spec.Input.Format;
            return new(
                format,
                file.Shape?.Bytes ?? file.Size * (InputFormats.IsCompressed(file.Source) ? Expansion : 1),
                RowsOf(file, format, spec.Input)
            );
        }

        static long? RowsOf(SourceFile file, InputFormat format, InputSpec input) =>
            format == InputFormat.Text && input.Rows == TextRows.File ? 1
            : file.Shape is { } shape ? shape.Rows
            : InputFormats.Of(format).HasTypes || InputFormats.IsCompressed(file.Source) ? null
            : file.Lines is { } lines && format is InputFormat.Csv or InputFormat.Tsv && input.Header ? Math.Max(0, lines - 1)
            : file.Lines;

        public bool IsSmall(long target) => Bytes < target / 4 && Rows is null or < TargetRows / 4;
    }

    /// <summary>
    /// Gathers small files of one format. A unit ends with the file that fills it, whatever comes behind: when whole units are taken out of
    /// the files, the others stay as they are.
    /// </summary>
    sealed class Gatherer(long smallBytes)
    {
        List<SourceFile> _files = [];
        long _bytes,
            _rows;
        bool _hasRows = true;

        public int Count => _files.Count;

        /// <returns>Whether the unit is full: one more file, which is less than a quarter of a unit, would still fit.</returns>
        public bool Add(SourceFile file, Look look)
        {
            _files.Add(file);
            _bytes += look.Bytes;
            _rows += look.Rows ?? 0;
            _hasRows &= look.Rows is not null;
            return _bytes >= TargetBytes * 3 / 4 || _rows >= TargetRows * 3 / 4 || _bytes * LeastUnits >= Math.Max(1, smallBytes);
        }

        public (IReadOnlyList<SourceFile> Files, long? Rows) Take()
        {
            var taken = (_files, _hasRows ? _rows : (long?)null);
            (_files, _bytes, _rows, _hasRows) = ([], 0, 0, true);
            return taken;
        }
    }
}
