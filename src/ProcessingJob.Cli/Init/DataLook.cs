using System.Text.Json;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Output;
using ProcessingJob.Contract.Plan;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Data.Reading;
using ProcessingJob.Storage;

namespace ProcessingJob.Cli.Init;

/// <summary>What a first look at the data shows.</summary>
/// <param name="Data">As the user named it.</param>
/// <param name="Files">Number of files.</param>
/// <param name="Format">Of the first file.</param>
/// <param name="Guess">How that file is to be read, and its columns.</param>
/// <param name="Warnings">What a run would warn of.</param>
sealed record DataLook(string Data, int Files, InputFormat Format, InputGuess Guess, IReadOnlyList<JobWarning> Warnings)
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

    /// <summary>Of a pair the first is the query.</summary>
    static readonly Dictionary<string, string[]> PairNames = new()
    {
        ["text"] = ["query", "question"],
        ["text_pair"] = ["passage", "document", "context", "answer", "body"],
    };
    static readonly string[] IdNames = ["id", "review_id", "doc_id", "uid", "uuid", "guid", "key", "_id"];

    /// <summary>Columns by the keys of the task that name one: text, or question and context.</summary>
    public IReadOnlyDictionary<string, GuessedColumn> Texts { get; private init; } = new Dictionary<string, GuessedColumn>();

    /// <param name="data">File, folder or glob.</param>
    /// <param name="keys">Of the task: those below input that name a column of texts.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="PJobException">Nothing there, or a run would refuse it.</exception>
    public static async Task<DataLook> AtAsync(string data, IReadOnlyList<string> keys, CancellationToken cancellationToken)
    {
        var input = LocalInput.Resolve(data, InputFormat.Auto);
        var files = input.Files.Select(f => new SourceFile(f, new FileInfo(input.PathOf(f)).Length, "")).ToList();
        var first = files.Find(f => f.Size > 0) ?? files[0];
        var root = new LocalData(input.Root);
        var guess = await GuessAsync(root, first, cancellationToken);
        var format = guess.Input.Format == InputFormat.Auto ? InputFormats.OfName(first.Source) : guess.Input.Format;
        var look = new DataLook(data, files.Count, format, guess, []);
        var bare = look.Guess.Input with { Keep = ["*"] };
        look = look with
        {
            Warnings = (await InputLook.AtAsync(bare, root, files, input.Skipped, cancellationToken)).Warnings,
            Texts = look.HasColumns ? look.Assign(keys, first.Source) : look.Texts,
        };
        var spec = look.Texts.Aggregate(
            new JobSpec { Input = bare with { Id = look.IdColumn } },
            (s, text) =>
                SpecReader.Apply(
                    s,
                    $"input.{text.Key}",
                    // Of a list: a name may hold the comma that would divide it.
                    text.Key == "text"
                        ? $"[{JsonSerializer.Serialize(text.Value.Name)}]"
                        : text.Value.Name
                )
        );
        // What a run would refuse is refused before a file is written that looks as if it could be run.
        UnitCutter.Cut(files, spec, "", "");
        await InputLook.AtAsync(spec.Input, root, files, input.Skipped, cancellationToken);
        return look;
    }

    public IReadOnlyList<GuessedColumn> Columns => Guess.Columns;

    public bool HasColumns => InputFormats.Of(Format).HasColumns;

    /// <summary>Share of the first rows that lack a text.</summary>
    public double BlankShare => Texts.Values.Select(c => c.BlankShare).DefaultIfEmpty().Max();

    /// <summary>A column of a known name that names each of the first rows, or null.</summary>
    public string? IdColumn =>
        (Known(IdNames, Ids) ?? Ids.FirstOrDefault(c => !c.IsMember && c.Name.EndsWith("_id", StringComparison.OrdinalIgnoreCase)))?.Name;

    public IEnumerable<string> OtherColumns =>
        Columns.Where(c => !c.IsMember).Select(c => c.Name).Where(name => name != IdColumn && Texts.Values.All(t => t.Name != name));

    /// <summary>A column for each key: of the key's own name, for the one text of a known name, else that with the longest texts.</summary>
    Dictionary<string, GuessedColumn> Assign(IReadOnlyList<string> keys, string file)
    {
        var texts = Columns.Where(c => c.Type.IsText).ToList();
        var left = texts.Exists(c => c.Characters > 0) ? texts.FindAll(c => c.Characters > 0) : texts;
        var found = new Dictionary<string, GuessedColumn>(StringComparer.Ordinal);
        foreach (var key in keys)
        {
            string[] names = [key, .. keys.Count == 1 ? TextNames : PairNames.GetValueOrDefault(key, [])];
            var id = Known(IdNames, left);
            var column = Known(names, left) ?? left.Where(c => c != id).MaxBy(c => c.Characters) ?? left.FirstOrDefault();
            found[key] = column ?? throw NoText(file, key);
            left.Remove(column);
        }

        return found;
    }

    IEnumerable<GuessedColumn> Ids =>
        Columns.Where(c => c.IsUnique && (c.Type.IsInteger || c.Type.IsText) && Texts.Values.All(t => t.Name != c.Name));

    static Task<InputGuess> GuessAsync(LocalData data, SourceFile first, CancellationToken cancellationToken) =>
        first.Size > 0
            ? InputGuess.OfAsync(data, first, cancellationToken)
            : throw new PJobException($"input.data: {first.Source} has no records: the file is empty", ExitCode.BadSpec);

    PJobException NoText(string file, string key) =>
        new(
            $"{file}: found no column of texts for input.{key}: "
                + string.Join(", ", Columns.Take(20).Select(c => $"{c.Name} ({c.Type})"))
                + "; expected one that holds what is to be computed on",
            ExitCode.BadSpec
        );

    // The last part of a member's path counts: review.body is a body.
    static GuessedColumn? Known(string[] names, IEnumerable<GuessedColumn> columns) =>
        names
            .Select(name =>
                columns.FirstOrDefault(c => string.Equals(c.Name, name, StringComparison.OrdinalIgnoreCase))
                ?? columns.FirstOrDefault(c => c.IsMember && c.Name.EndsWith("." + name, StringComparison.OrdinalIgnoreCase))
            )
            .FirstOrDefault(column => column is not null);
}
