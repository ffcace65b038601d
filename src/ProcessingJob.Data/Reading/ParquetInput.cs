using ProcessingJob.Contract;
using ProcessingJob.Contract.Columns;
using ProcessingJob.Contract.Plan;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Storage;

namespace ProcessingJob.Data.Reading;

/// <summary>Parquet: read by row groups.</summary>
sealed class ParquetInput : InputReader
{
    public override async Task<FoundColumns> FindColumnsAsync(IByteSource source, InputSpec input, CancellationToken cancellationToken)
    {
        var file = await ParquetFile.OpenAsync(source, cancellationToken).ConfigureAwait(false);
        await using var fileScope = file.ConfigureAwait(false);
        var usable = file.Columns.Where(c => c.Type is not null).ToList();
        return new([.. usable.Where(c => c.IsTop).Select(c => new KeptColumn(c.Name, c.Type!))])
        {
            Names = NamesOf(file),
            Inner = [.. usable.Where(c => !c.IsTop).Select(c => new KeptColumn(c.Name, c.Type!))],
            Converted = file.Columns.Where(c => c.Converted is not null).ToDictionary(c => c.Name, c => c.Converted!),
            LeftOut = [.. file.Columns.Where(c => c.IsTop && c.Type is null).Select(c => c.Name)],
        };
    }

    public override IAsyncEnumerable<RowBlock> ReadAsync(
        WorkUnit unit,
        IByteSource source,
        RowBuilder builder,
        FileMemory memory,
        CancellationToken cancellationToken
    ) => new ParquetUnitReader(unit, source, builder).ReadAsync(cancellationToken);

    /// <summary>For the message about a column that is missing: also says which are there and cannot be used.</summary>
    public static IReadOnlyList<string> NamesOf(ParquetFile file) =>
        [
            .. file
                .Columns.Where(c => c.Type is null ? c.IsTop : c.Type.Kind != TypeKind.Struct)
                .Select(c => c.Type is null ? $"{c.Name} (of a type that no output can hold)" : c.Name),
        ];

    /// <exception cref="PJobException">The column's values are no texts.</exception>
    public static void CheckText(string file, string name, ColumnType type, ExitCode code)
    {
        if (!type.IsText && type.Kind is not (TypeKind.Binary or TypeKind.LargeBinary or TypeKind.Null))
        {
            throw new PJobException(
                $"{file}: the text column '{name}' has the type {type}, expected string; set input.text to a column of texts, or "
                    + "write it as text",
                code
            );
        }
    }
}
