using ProcessingJob.Contract;
using ProcessingJob.Contract.Columns;
using ProcessingJob.Contract.Output;
using ProcessingJob.Contract.Plan;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Storage;

namespace ProcessingJob.Data.Reading;

/// <summary>A job's input as it is seen before the job starts: once for all hosts, so that they read alike.</summary>
/// <param name="Input">The spec's, with the types that were to be inferred.</param>
/// <param name="Schema">The id, then the kept columns, of the ordinally first file that is not empty; null: all are empty.</param>
/// <param name="Warnings">Columns that are left out or converted, files that are skipped, folders that could be columns.</param>
public sealed record InputLook(InputSpec Input, IReadOnlyList<KeptColumn>? Schema, IReadOnlyList<JobWarning> Warnings)
{
    /// <summary>Line breaks and blanks that may stand behind a header.</summary>
    const int Blanks = 8;

    /// <param name="input">The spec's.</param>
    /// <param name="data">Where the files are.</param>
    /// <param name="files">All of them, in ordinal order.</param>
    /// <param name="skipped">Names beside them that are no data.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="PJobException">Exit code 2: a named column is missing or of a wrong type, a file is empty, folders are no
    /// columns; 1: a file cannot be read.</exception>
    public static async Task<InputLook> AtAsync(
        InputSpec input,
        IDataRoot data,
        IReadOnlyList<SourceFile> files,
        IReadOnlyList<string> skipped,
        CancellationToken cancellationToken
    )
    {
        RefuseEmpty(input, [.. files.Where(f => f.Size == 0).Select(f => f.Source)]);
        CheckFolders(input, files);
        if (files.FirstOrDefault(f => f.Size > 0) is not { } first)
        {
            return new(input, null, WarningsOf(input, files, skipped));
        }

        await RefuseHeadersAloneAsync(input, data, files, first, cancellationToken).ConfigureAwait(false);
        input = input with { Types = await InferredTypes.ResolveAsync(input, data, files, cancellationToken).ConfigureAwait(false) };
        var source = await OpenAsync(data, first, FormatOf(input, first), cancellationToken).ConfigureAwait(false);
        await using var sourceScope = source.ConfigureAwait(false);
        var (schema, warnings) = await SchemaSampler
            .LookAsync(source, FormatOf(input, first), input, cancellationToken)
            .ConfigureAwait(false);
        await CheckOtherFormatsAsync(input, data, files, first, cancellationToken).ConfigureAwait(false);
        foreach (var file in input.Partitions ? files : [])
        {
            PartitionPath.Values(file.Source, schema, input.Keep.Contains("*"));
        }

        return new(input, schema, [.. warnings.Select(w => new JobWarning(w.Code, w.Message)), .. WarningsOf(input, files, skipped)]);
    }

    /// <summary>The named columns must also be in the first file of every other format.</summary>
    static async Task CheckOtherFormatsAsync(
        InputSpec input,
        IDataRoot data,
        IReadOnlyList<SourceFile> files,
        SourceFile first,
        CancellationToken cancellationToken
    )
    {
        var others = files.Where(f => f.Size > 0).DistinctBy(f => FormatOf(input, f)).Where(f => f != first);
        foreach (var other in others)
        {
            var source = await OpenAsync(data, other, FormatOf(input, other), cancellationToken).ConfigureAwait(false);
            await using var sourceScope = source.ConfigureAwait(false);
            await SchemaSampler.LookAsync(source, FormatOf(input, other), input, cancellationToken).ConfigureAwait(false);
        }
    }

    static InputFormat FormatOf(InputSpec input, SourceFile file) =>
        input.Format == InputFormat.Auto ? InputFormats.OfName(file.Source) : input.Format;

    static Task<IByteSource> OpenAsync(IDataRoot data, SourceFile file, InputFormat format, CancellationToken cancellationToken) =>
        data.OpenAsync(
            WorkUnit.Create(file.Source, format, 0, file.Size, file.Size, file.Version, "", "") with
            {
                Stamp = file.Stamp,
            },
            cancellationToken
        );

    static void RefuseEmpty(InputSpec input, List<string> empty)
    {
        if (empty.Count > 0 && !input.AllowEmpty)
        {
            throw new PJobException(
                $"input.data: {(empty.Count == 1 ? "a file has" : $"{empty.Count} files have")} no records: {Shown(empty)}; fix: take "
                    + $"{(empty.Count == 1 ? "it" : "them")} away, or set input.allow_empty: true",
                ExitCode.BadSpec
            );
        }
    }

    /// <summary>
    /// A file that is no longer than the first one's header may be a header alone; what a host would refuse is refused here.
    /// </summary>
    static async Task RefuseHeadersAloneAsync(
        InputSpec input,
        IDataRoot data,
        IReadOnlyList<SourceFile> files,
        SourceFile first,
        CancellationToken cancellationToken
    )
    {
        if (input.AllowEmpty || input.Encoding != InputEncodings.Utf8)
        {
            return;
        }

        var header = await ReadAsync(first).ConfigureAwait(false);
        var empty = new List<string>();
        foreach (var file in files.Where(f => f.Size <= (header?.DataStart ?? 0) + Blanks && !InputFormats.IsCompressed(f.Source)))
        {
            if (await ReadAsync(file).ConfigureAwait(false) is { IsBlankBehind: true })
            {
                empty.Add(file.Source);
            }
        }

        RefuseEmpty(input, empty);

        async Task<(long DataStart, bool IsBlankBehind)?> ReadAsync(SourceFile file)
        {
            var format = FormatOf(input, file);
            if (InputReaders.Of(format) is not RecordInput reader || (format == InputFormat.Text && input.Rows == TextRows.File))
            {
                return null;
            }

            var source = await OpenAsync(data, file, format, cancellationToken).ConfigureAwait(false);
            await using var sourceScope = source.ConfigureAwait(false);
            var head = await FileHead.ReadAsync(source, reader, ReadOptions.Of(input), cancellationToken).ConfigureAwait(false);
            if (head.IsDecoded || file.Size > head.DataStart + Blanks)
            {
                return (head.DataStart, false);
            }

            var rest = new byte[Math.Max(0, file.Size - head.DataStart)];
            await source.ReadAsync(head.DataStart, rest, cancellationToken).ConfigureAwait(false);
            return (head.DataStart, rest.AsSpan().IndexOfAnyExcept("\r\n"u8) < 0);
        }
    }

    static void CheckFolders(InputSpec input, IReadOnlyList<SourceFile> files)
    {
        if (!input.Partitions)
        {
            return;
        }

        var names = PartitionPath.Of(files[0].Source).Select(f => f.Name).ToList();
        if (names.Count == 0)
        {
            throw new PJobException(
                $"input.partitions: {files[0].Source} lies in no folder of the form name=value below input.data; fix: name the folder that "
                    + "holds these folders, or leave input.partitions out",
                ExitCode.BadSpec
            );
        }

        foreach (var file in files)
        {
            if (!names.ToHashSet().SetEquals(PartitionPath.Of(file.Source).Select(f => f.Name)))
            {
                throw new PJobException(
                    $"input.partitions: {file.Source} does not lie in folders of the same names as {files[0].Source} "
                        + $"({string.Join(", ", names)}); move it, or leave input.partitions out",
                    ExitCode.BadSpec
                );
            }
        }
    }

    static List<JobWarning> WarningsOf(InputSpec input, IReadOnlyList<SourceFile> files, IReadOnlyList<string> skipped)
    {
        var warnings = new List<JobWarning>();
        var unusual = skipped.Where(name => !DataFiles.IsMarker(name)).ToList();
        if (unusual.Count > 0)
        {
            warnings.Add(
                new("files_skipped", $"not read, as their names are none of data: {Shown(unusual)}; where one is data, rename it")
            );
        }

        if (!input.Partitions && files.FirstOrDefault(f => PartitionPath.Of(f.Source).Count > 0) is { } file)
        {
            warnings.Add(
                new(
                    "partition_folders",
                    $"the folders {string.Join(", ", PartitionPath.Of(file.Source).Select(f => $"'{f.Name}=…'"))} are not carried as "
                        + "columns; input.partitions: true does that"
                )
            );
        }

        return warnings;
    }

    static string Shown(List<string> names) =>
        string.Join(", ", names.Take(10)) + (names.Count > 10 ? $" and {names.Count - 10} more" : "");
}
