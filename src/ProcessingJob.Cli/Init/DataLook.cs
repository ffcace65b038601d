using ProcessingJob.Contract;
using ProcessingJob.Contract.Columns;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Launcher.Planning;
using ProcessingJob.Storage;

namespace ProcessingJob.Cli.Init;

/// <summary>What a first look at the data shows.</summary>
/// <param name="Data">As the user named it.</param>
/// <param name="Files">Number of files.</param>
/// <param name="Format">Of the first file.</param>
/// <param name="Columns">Of the first file; none for plain text.</param>
sealed record DataLook(string Data, int Files, InputFormat Format, IReadOnlyList<KeptColumn> Columns)
{
    // Names that text columns have in well-known corpora, the likeliest first.
    static readonly string[] TextNames =
    [
        "text",
        "review_body",
        "review_text",
        "review",
        "body",
        "content",
        "sentence",
        "passage",
        "comment",
        "description",
        "message",
        "question",
        "context",
        "title",
        "summary",
    ];
    static readonly string[] IdNames = ["id", "review_id", "doc_id", "uid", "uuid", "guid", "key", "_id"];

    /// <exception cref="PJobException">Nothing there, or it cannot be read.</exception>
    public static async Task<DataLook> AtAsync(string data, CancellationToken cancellationToken)
    {
        var input = LocalInput.Resolve(data);
        var format = InputFormats.OfName(input.Files[0]);
        var columns = InputFormats.Of(format).HasColumns
            ? (await FirstSchema.ReadAsync(new() { Keep = ["*"] }, input.PathOf(input.Files[0]), cancellationToken)).Columns
            : [];
        return new(data, input.Files.Count, format, columns);
    }

    /// <summary>The likeliest text column, or null.</summary>
    public string? TextColumn =>
        Known(TextNames, Columns.Where(c => c.Type == ColumnType.String)) ?? Columns.FirstOrDefault(c => c.Type == ColumnType.String)?.Name;

    /// <summary>A column for each of several keys: of its own name, else the next text column that is left, else none.</summary>
    public IEnumerable<string> ColumnsFor(IReadOnlyList<string> keys)
    {
        var texts = Columns.Where(c => c.Type == ColumnType.String).Select(c => c.Name).Where(name => name != IdColumn).ToList();
        var left = new Queue<string>(texts.Where(name => !keys.Contains(name)));
        return
        [
            .. keys.Select(key =>
                texts.Contains(key) ? key
                : left.TryDequeue(out var next) ? next
                : key
            ),
        ];
    }

    public string? IdColumn =>
        Known(IdNames, Columns) ?? Columns.FirstOrDefault(c => c.Name.EndsWith("_id", StringComparison.OrdinalIgnoreCase))?.Name;

    public IEnumerable<string> OtherColumns => Columns.Select(c => c.Name).Where(name => name != TextColumn && name != IdColumn);

    static string? Known(string[] names, IEnumerable<KeptColumn> columns) =>
        names
            .Select(name => columns.FirstOrDefault(c => string.Equals(c.Name, name, StringComparison.OrdinalIgnoreCase))?.Name)
            .FirstOrDefault(name => name is not null);
}
