using ProcessingJob.Contract;
using ProcessingJob.Contract.Columns;
using ProcessingJob.Data.Columns;

namespace ProcessingJob.Data.Reading;

/// <summary>The columns of a file that says their types itself.</summary>
/// <param name="file">Its name, for messages.</param>
/// <param name="all">Each before those inside it.</param>
sealed class FileColumns(string file, IReadOnlyList<FileColumn> all)
{
    public IReadOnlyList<FileColumn> All => all;

    /// <summary>For the message about a column that is missing: also says which are there and cannot be used.</summary>
    IReadOnlyList<string> Names =>
        [
            .. all.Where(c => c.Type is null ? c.IsTop : c.Type.Kind != TypeKind.Struct)
                .Select(c => c.Type is null ? $"{c.Name} (of a type that no output can hold)" : c.Name),
        ];

    public FoundColumns Found()
    {
        var usable = all.Where(c => c.Type is not null).ToList();
        return new([.. usable.Where(c => c.IsTop).Select(c => new KeptColumn(c.Name, c.Type!))])
        {
            Names = Names,
            Inner = [.. usable.Where(c => !c.IsTop).Select(c => new KeptColumn(c.Name, c.Type!))],
            Converted = all.Where(c => c.Converted is not null).DistinctBy(c => c.Name).ToDictionary(c => c.Name, c => c.Converted!),
            LeftOut =
            [
                .. all.Where(c => c.IsTop && c.Type is null).Select(c => $"the column '{c.Name}' has a type that no output can hold"),
            ],
        };
    }

    /// <summary>The plan's columns in this file; null for one that it lacks and need not have.</summary>
    /// <exception cref="PJobException">One is missing, or cannot be what the job takes it for.</exception>
    public FileColumn?[] Resolve(RowPlan plan)
    {
        var usable = all.Where(c => c.Type is not null).ToList();
        plan.CheckFound(file, [.. usable.Select(c => c.Name)], Names, [.. usable.Where(c => c.IsTop).Select(c => c.Name)]);
        var columns = plan.Names.Select(name => Find(name) is { Type: not null } found ? found : null).ToArray();
        foreach (var slot in plan.Texts.SelectMany(t => t))
        {
            CheckText(file, plan.Names[slot], columns[slot]!.Type!, ExitCode.Failed);
        }

        IEnumerable<(int, KeptColumn)> id = plan.IdColumn is { } named ? [(plan.Id, named)] : [];
        foreach (var (slot, column) in plan.Kept.Zip(plan.KeptColumns).Concat(id).Where(c => c.Item1 >= 0))
        {
            if (columns[slot] is { } found && !ColumnConversion.IsPossible(found.Type!, column.Type))
            {
                throw new PJobException(
                    $"{file}: the column '{column.Name}' has the type {found.Type}, expected {column.Type}, which it has "
                        + "in the job's first file; fix: write the files with one type, or leave the column out of input.keep and input.id"
                );
            }
        }

        return columns;
    }

    /// <exception cref="PJobException">The column's values are no texts.</exception>
    public static void CheckText(string file, string name, ColumnType type, ExitCode code)
    {
        if (!type.IsText && type.Kind is not (TypeKind.Binary or TypeKind.LargeBinary or TypeKind.Null))
        {
            throw new PJobException(
                $"{file}: the text column '{name}' has the type {type}, expected string; fix: set input.text to a column of texts, or "
                    + "write it as text",
                code
            );
        }
    }

    /// <summary>The column of that name: of the file itself before one inside a structure.</summary>
    /// <exception cref="PJobException">Two columns have the name.</exception>
    FileColumn? Find(string name)
    {
        var found = all.Where(c => c.Name == name).OrderByDescending(c => c.IsTop).ToList();
        return found.Count > 1 && found[1].IsTop
            ? throw new PJobException($"{file}: two columns have the name '{name}'; fix: rename one")
            : found.FirstOrDefault();
    }
}
