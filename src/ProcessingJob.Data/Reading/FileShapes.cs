using ProcessingJob.Contract;
using ProcessingJob.Contract.Plan;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Storage;

namespace ProcessingJob.Data.Reading;

/// <summary>
/// Looks at the files whose size does not tell how much is in them: at the footers of Parquet, and at the beginning of large text files for
/// the length of their rows. What it finds depends on each file alone.
/// </summary>
public static class FileShapes
{
    const int AtOnce = 64,
        SampleBytes = 64 << 10;

    /// <summary>A smaller text file has few rows; there may be a million of them, and each look is a request.</summary>
    const long SmallestText = 1L << 20;

    /// <summary>The same of Parquet on S3, where values of little variety may be many rows in a small file.</summary>
    const long SmallestParquet = 256L << 10;

    /// <summary>The files, those that were looked at with <see cref="SourceFile.Shape"/>.</summary>
    /// <param name="files">Of the input.</param>
    /// <param name="input">The job's.</param>
    /// <param name="data">Where they are.</param>
    /// <param name="progress">Told of the looking.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="PJobException">A file was changed or cannot be reached, or its format cannot be told from its name.</exception>
    public static async Task<IReadOnlyList<SourceFile>> LookAsync(
        IReadOnlyList<SourceFile> files,
        InputSpec input,
        IDataRoot data,
        IProgress<StepProgress>? progress = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(input);
        var looked = new SourceFile?[files.Count];
        var open = Enumerable.Range(0, files.Count).Where(i => IsLookedAt(files[i], FormatOf(files[i], input), input)).ToList();
        if (open.Count == 0)
        {
            return files;
        }

        var done = 0L;
        await Parallel
            .ForEachAsync(
                open,
                new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken },
                async (i, token) =>
                {
                    looked[i] = files[i] with
                    {
                        Shape = await ShapeAsync(files[i], FormatOf(files[i], input), data, token).ConfigureAwait(false),
                    };
                    progress?.Report(new("looking at files", Interlocked.Increment(ref done), open.Count, "files"));
                }
            )
            .ConfigureAwait(false);
        return [.. files.Select((file, i) => looked[i] ?? file)];
    }

    static InputFormat FormatOf(SourceFile file, InputSpec input) =>
        input.Format == InputFormat.Auto ? InputFormats.OfName(file.Source) : input.Format;

    static bool IsLookedAt(SourceFile file, InputFormat format, InputSpec input) =>
        format switch
        {
            InputFormat.Parquet => file.Size >= (file.Stamp is null ? SmallestParquet : 1),
            InputFormat.Arrow => false,
            _ => file.Lines is null
                && file.Size >= SmallestText
                && !InputFormats.IsCompressed(file.Source)
                && !(format == InputFormat.Text && input.Rows == TextRows.File),
        };

    static async Task<FileShape?> ShapeAsync(SourceFile file, InputFormat format, IDataRoot data, CancellationToken cancellationToken)
    {
        var source = await data.OpenAsync(WorkUnit.OfFile("", file, format), cancellationToken).ConfigureAwait(false);
        await using var sourceScope = source.ConfigureAwait(false);
        if (format != InputFormat.Parquet)
        {
            var sample = new byte[SampleBytes];
            var read = await source.ReadAsync(0, sample, cancellationToken).ConfigureAwait(false);
            var lines = sample.AsSpan(0, read).Count((byte)'\n');
            return new((long)((double)lines / read * file.Size), file.Size);
        }

        try
        {
            var (footer, _) = await ParquetFooter.ReadAsync(source, cancellationToken).ConfigureAwait(false);
            return new(footer.Groups.Sum(g => g.Rows), footer.Groups.Sum(g => g.Uncompressed)) { Groups = GroupsOf(footer, file.Size) };
        }
        catch (PJobException e) when (e.ExitCode == ExitCode.Failed)
        {
            // Whoever reads it will say what is wrong. It passes for a full unit: others must not fail with it.
            return new(UnitCutter.TargetRows, file.Size);
        }
    }

    /// <summary>None where a range of bytes would not tell which of the groups it owns.</summary>
    static List<GroupShape> GroupsOf(ParquetFooter footer, long size)
    {
        var groups = new List<GroupShape>();
        long before = 0;
        foreach (var group in footer.Groups)
        {
            if (group.Start < before || group.Start + group.Bytes > size)
            {
                return [];
            }

            groups.Add(new(group.Start, group.Rows, group.Uncompressed));
            before = group.Start + group.Bytes;
        }

        return groups;
    }
}
