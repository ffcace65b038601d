using System.Collections.Concurrent;
using System.Text;
using ProcessingJob.Contract.Columns;
using ProcessingJob.Contract.Plan;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Contract.Values;
using ProcessingJob.Data.Columns;
using ProcessingJob.Storage;

namespace ProcessingJob.Data.Reading;

/// <summary>
/// Settles <c>input.types: infer</c>: the first records of every csv and tsv file say what a column holds, and the names of all folders
/// what they hold. Depends on the files alone, so that the types can stand in the spec that all hosts are given.
/// </summary>
static class InferredTypes
{
    /// <summary>Records of a file that are looked at, or fewer where they are longer.</summary>
    const int SampleRows = 1000,
        SampleBytes = 1 << 20;
    const int LongestValue = 64,
        FilesAtOnce = 8;

    /// <summary>The types of the spec, and of every kept column that it does not name.</summary>
    public static async Task<ValueMap<string>> ResolveAsync(
        InputSpec input,
        IDataRoot data,
        IReadOnlyList<SourceFile> files,
        CancellationToken cancellationToken
    )
    {
        if (!input.InfersTypes)
        {
            return input.Types;
        }

        var kinds = new ConcurrentDictionary<string, ValueKinds>(StringComparer.Ordinal);
        void Add(string name, ValueKinds kind) => kinds.AddOrUpdate(name, kind, (_, before) => before | kind);
        await Parallel
            .ForEachAsync(
                files.Where(f => f.Size > 0),
                new ParallelOptions { MaxDegreeOfParallelism = FilesAtOnce, CancellationToken = cancellationToken },
                async (file, token) => await SampleAsync(input, data, file, Add, token).ConfigureAwait(false)
            )
            .ConfigureAwait(false);
        foreach (var (name, value) in input.Partitions ? files.SelectMany(f => PartitionPath.Of(f.Source)) : [])
        {
            Add(name, value is null ? 0 : TextKinds.Of(Encoding.UTF8.GetBytes(value)));
        }

        var texts = ReadOptions.TextsOf(input).SelectMany(columns => columns).ToHashSet(StringComparer.Ordinal);
        return
        [
            .. input.Types,
            .. kinds
                .Where(k => input.Types.All(t => t.Key != k.Key))
                .Where(k => input.Keep.Contains("*") || input.Keep.Contains(k.Key) || input.Id == k.Key)
                .OrderBy(k => k.Key, StringComparer.Ordinal)
                .Select(k =>
                    KeyValuePair.Create(
                        k.Key,
                        (texts.Contains(k.Key) ? ColumnType.String : JsonNumbers.TypeOf(k.Value) ?? ColumnType.String).ToString()
                    )
                ),
        ];
    }

    static async Task SampleAsync(
        InputSpec input,
        IDataRoot data,
        SourceFile file,
        Action<string, ValueKinds> add,
        CancellationToken cancellationToken
    )
    {
        var format = input.Format == InputFormat.Auto ? InputFormats.OfName(file.Source) : input.Format;
        if (format is not (InputFormat.Csv or InputFormat.Tsv))
        {
            return;
        }

        input = input with { Id = null, Keep = [], Types = [], Partitions = false, AllowEmpty = true };
        // A range, so that no more than it is fetched.
        var end = Math.Min(file.Size, SampleBytes);
        var unit = WorkUnit.Create(file.Source, format, 0, end, file.Size, file.Version, "", "") with { Stamp = file.Stamp };
        var source = await data.OpenAsync(unit, cancellationToken).ConfigureAwait(false);
        await using var sourceScope = source.ConfigureAwait(false);
        var found = await InputReaders.Of(format).FindColumnsAsync(source, input, cancellationToken).ConfigureAwait(false);
        var options = ReadOptions.Of(input) with { Schema = found.Columns, RowsPerBlock = SampleRows };
        await foreach (var block in new RowReader(options).ReadAsync(unit, source, cancellationToken).ConfigureAwait(false))
        {
            using var rows = block;
            foreach (var (column, values) in found.Columns.Zip(rows.Kept))
            {
                add(column.Name, KindsOf((StringColumn)values));
            }

            return;
        }
    }

    static ValueKinds KindsOf(StringColumn column)
    {
        Span<byte> bytes = stackalloc byte[LongestValue];
        var kinds = default(ValueKinds);
        for (var row = 0; row < column.Count; row++)
        {
            kinds |= Encoding.UTF8.TryGetBytes(column[row], bytes, out var length) ? TextKinds.Of(bytes[..length]) : ValueKinds.Other;
        }

        return kinds;
    }
}
