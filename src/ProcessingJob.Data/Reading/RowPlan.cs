using ProcessingJob.Contract;
using ProcessingJob.Contract.Columns;

namespace ProcessingJob.Data.Reading;

/// <summary>Which columns of a source are needed and what for; the same for every file of a job.</summary>
sealed class RowPlan
{
    public RowPlan(ReadOptions options)
    {
        var names = new List<string>();
        int Slot(string name)
        {
            var at = names.IndexOf(name);
            if (at >= 0)
            {
                return at;
            }

            names.Add(name);
            return names.Count - 1;
        }

        // The text format has one nameless column.
        Texts = [.. options.Texts.Select(t => t.Count == 0 ? [Slot(TextColumn)] : t.Select(Slot).ToArray())];
        var textSlots = names.Count;
        IdColumn =
            options.Schema.FirstOrDefault(c => c.Name == options.Input.Id)
            ?? (options.Input.Id is { } id ? new KeptColumn(id, ColumnType.String) : null);
        Id = IdColumn is null ? -1 : Slot(IdColumn.Name);
        KeptColumns = [.. options.Schema.Where(c => c.Name != options.Input.Id)];
        KeptTypes = [.. KeptColumns.Select(c => c.Type)];
        Kept = [.. KeptColumns.Select(c => c.IsPartition ? -1 : Slot(c.Name))];
        Names = [.. names];
        KeepsAll = options.Input.Keep.Contains("*");

        // A column that only "*" asked for may be absent from a file; whatever was named must be there.
        Required = [.. names.Select((name, slot) => slot < textSlots || slot == Id || options.Input.Keep.Contains(name))];
    }

    /// <summary>Name of the only column of the text format.</summary>
    public const string TextColumn = "text";

    /// <summary>Distinct columns to read; the other members are indexes into them.</summary>
    public string[] Names { get; }
    public int[][] Texts { get; }
    public int Id { get; }

    /// <summary>Of <see cref="KeptColumns"/>; -1 for those that the files do not have but their folders.</summary>
    public int[] Kept { get; }
    public bool[] Required { get; }

    /// <summary>Whether "*" asks for every column.</summary>
    public bool KeepsAll { get; }
    public KeptColumn? IdColumn { get; }
    public IReadOnlyList<KeptColumn> KeptColumns { get; }

    /// <summary>Of <see cref="KeptColumns"/>.</summary>
    public ColumnType[] KeptTypes { get; }

    /// <param name="file">Name of the file.</param>
    /// <param name="columns">Its columns that can be read.</param>
    /// <param name="shown">What a message names; null: the columns.</param>
    /// <param name="all">Those that "*" stands for; null: all of them.</param>
    /// <exception cref="PJobException">A named column is missing, or "*" would leave one out.</exception>
    public void CheckFound(
        string file,
        IReadOnlyList<string> columns,
        IReadOnlyList<string>? shown = null,
        IReadOnlyList<string>? all = null
    )
    {
        for (var slot = 0; slot < Names.Length; slot++)
        {
            if (Required[slot] && !columns.Contains(Names[slot]))
            {
                throw Missing(file, Names[slot], shown ?? columns);
            }
        }
        if (KeptColumns.FirstOrDefault(c => c.IsPartition && (shown ?? columns).Contains(c.Name)) is { } twice)
        {
            throw new PJobException(
                $"{file}: the file has a column '{twice.Name}', and a folder has the name too; fix: rename one, or set "
                    + "input.partitions: false"
            );
        }

        if (KeepsAll && (all ?? columns).FirstOrDefault(c => !Names.Contains(c)) is { } extra)
        {
            throw new PJobException(
                $"{file}: found the column '{extra}', which the job's first file does not have; input.keep \"*\" carries the "
                    + "columns of the first file: name those to keep, or give all files the same columns"
            );
        }
    }

    public static PJobException Missing(
        string file,
        string column,
        IReadOnlyList<string> found,
        ExitCode code = ExitCode.Failed,
        string keys = "input.text, input.id and input.keep"
    )
    {
        var nearest = Contract.Names.Nearest(column, found);
        var shown =
            string.Join(", ", found.Take(20).Select(name => name.Length == 0 ? "(no name)" : name)) + (found.Count > 20 ? ", …" : "");
        var isUndivided = found.Count == 1 && found[0].AsSpan().IndexOfAny(",;\t|") is >= 0;
        return new(
            $"{file}: no column '{column}'; found: {shown}"
                + (nearest is null ? "" : $" (did you mean '{nearest}'?)")
                + (
                    isUndivided
                        ? "; the one name looks like several; fix: set input.delimiter to what stands between them, or to auto"
                        : $"; fix: set {keys} to columns of the data"
                ),
            code
        );
    }

    public static PJobException Twice(string file, string column, ExitCode code) =>
        new($"{file}: the header names the column '{column}' more than once; fix: rename all but one", code);
}
