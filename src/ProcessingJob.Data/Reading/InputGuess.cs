using ProcessingJob.Contract;
using ProcessingJob.Contract.Columns;
using ProcessingJob.Contract.Plan;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Data.Columns;
using ProcessingJob.Storage;

namespace ProcessingJob.Data.Reading;

/// <summary>A column that a text, an id or a kept column could be.</summary>
/// <param name="Name">Its name, or the path of a member.</param>
/// <param name="Type">As the file shows it.</param>
/// <param name="IsMember">Whether it lies inside a structure: "*" does not stand for it.</param>
public sealed record GuessedColumn(string Name, ColumnType Type, bool IsMember)
{
    /// <summary>Characters of all sampled values.</summary>
    public long Characters { get; init; }

    /// <summary>Share of the sampled rows in which it is null, empty or blank.</summary>
    public double BlankShare { get; init; }

    /// <summary>Whether no sampled value stands twice and none is missing.</summary>
    public bool IsUnique { get; init; }
}

/// <summary>How a file is probably to be read, for who has written no spec yet.</summary>
/// <param name="Input">With the keys that its format needs beyond their defaults.</param>
/// <param name="Columns">None for plain text.</param>
public sealed record InputGuess(InputSpec Input, IReadOnlyList<GuessedColumn> Columns)
{
    /// <summary>The first of the ways in which such files are written that rejects none of the first records, else the one that rejects
    /// the fewest.</summary>
    /// <exception cref="PJobException">The file cannot be read.</exception>
    public static async Task<InputGuess> OfAsync(IDataRoot data, SourceFile file, CancellationToken cancellationToken)
    {
        var format = InputFormats.OfName(file.Source);
        var unit = WorkUnit.Create(file.Source, format, 0, file.Size, file.Size, file.Version, "", "");
        var source = await data.OpenAsync(unit, cancellationToken).ConfigureAwait(false);
        await using var sourceScope = source.ConfigureAwait(false);
        (InputGuess Guess, int Rejects)? best = null;
        PJobException? refusal = null;
        foreach (var dialect in await DialectsAsync(source, format, cancellationToken).ConfigureAwait(false))
        {
            try
            {
                var tried = await TryAsync(dialect, unit, source, cancellationToken).ConfigureAwait(false);
                best = best is { } before && before.Rejects <= tried.Rejects ? best : tried;
            }
            catch (PJobException e)
            {
                refusal ??= e;
            }

            if (best is { Rejects: 0 })
            {
                break;
            }
        }

        return best?.Guess ?? throw refusal!;
    }

    static async Task<(InputGuess Guess, int Rejects)> TryAsync(
        InputSpec input,
        WorkUnit unit,
        IByteSource source,
        CancellationToken cancellationToken
    )
    {
        var format = input.Format == InputFormat.Auto ? unit.Format : input.Format;
        if (!InputFormats.Of(format).HasColumns)
        {
            return (new(input, []), 0);
        }

        var found = await InputReaders.Of(format).FindColumnsAsync(source, input, cancellationToken).ConfigureAwait(false);
        var columns = found
            .Columns.Select(c => (Column: c, IsMember: false))
            .Concat(found.Inner.Select(c => (Column: c, IsMember: true)))
            .Where(c => c.Column.Type.Kind != TypeKind.Struct && !found.Nested.Contains(c.Column.Name))
            .DistinctBy(c => c.Column.Name)
            .ToList();
        // Empty files are for the run to refuse.
        var options = ReadOptions.Of(input with { AllowEmpty = true }) with
        {
            Schema = [.. columns.Select(c => c.Column)],
        };
        var blocks = new RowReader(options).ReadAsync(unit with { Format = format }, source, cancellationToken);
        await foreach (var block in blocks.ConfigureAwait(false))
        {
            using var rows = block;
            return (
                new(input, [.. columns.Select((c, i) => Of(new(c.Column.Name, c.Column.Type, c.IsMember), rows.Kept[i]))]),
                rows.Rejects.Count
            );
        }

        return (new(input, [.. columns.Select(c => new GuessedColumn(c.Column.Name, c.Column.Type, c.IsMember))]), 0);
    }

    static GuessedColumn Of(GuessedColumn column, Column values)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var (characters, blanks, twice) = (0L, 0, false);
        for (var row = 0; row < values.Count; row++)
        {
            var value = values.IsNull(row) ? null : ColumnConversion.TextOf(column.Type, values, row);
            characters += value?.Length ?? 0;
            blanks += string.IsNullOrWhiteSpace(value) ? 1 : 0;
            twice |= value is not null && !seen.Add(value);
        }

        return column with
        {
            Characters = characters,
            BlankShare = (double)blanks / Math.Max(1, values.Count),
            IsUnique = values.Count > 0 && blanks == 0 && !twice,
        };
    }

    static async Task<IReadOnlyList<InputSpec>> DialectsAsync(IByteSource source, InputFormat format, CancellationToken cancellationToken)
    {
        var input = new InputSpec();
        if (InputFormats.Of(format).HasTypes)
        {
            return [input];
        }

        var mark = new byte[2];
        await source.ReadAsync(0, mark, cancellationToken).ConfigureAwait(false);
        if (mark is [0xFF, 0xFE])
        {
            input = input with { Encoding = InputEncodings.Utf16 };
        }

        if (format == InputFormat.Text)
        {
            var start = new byte[Math.Min(source.Length, 4096)];
            await source.ReadAsync(0, start, cancellationToken).ConfigureAwait(false);
            return TextInput.IsJson(start) ? [input with { Format = InputFormat.Jsonl }] : [input];
        }

        if (InputReaders.Of(format) is not CsvInput csv)
        {
            return [input];
        }

        var own = CsvDialect.Of(input, (byte)(format == InputFormat.Tsv ? '\t' : ','), multiline: true).Delimiter;
        var auto = ReadOptions.Of(input with { Delimiter = "auto" });
        var sniffed = (await FileHead.ReadAsync(source, csv, auto, cancellationToken).ConfigureAwait(false)).Delimiter;
        input = sniffed == own ? input : input with { Delimiter = ((char)sniffed).ToString() };
        IReadOnlyList<InputSpec> dialects =
        [
            input,
            input with
            {
                Escape = "\\",
            },
            input with
            {
                Quote = "'",
            },
            input with
            {
                Quote = "none",
            },
        ];
        return format == InputFormat.Csv
            ? dialects
            // A quoted field of a tsv file may hold line breaks only where it is read as csv.
            : [.. dialects, input with { Format = InputFormat.Csv, Delimiter = ((char)sniffed).ToString() }];
    }
}
