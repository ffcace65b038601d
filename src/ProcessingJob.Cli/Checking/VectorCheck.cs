using ProcessingJob.Data.Columns;
using ProcessingJob.Data.Outputs;

namespace ProcessingJob.Cli.Checking;

/// <summary>Looks at the embeddings of a part: all of one length, all numbers finite.</summary>
/// <param name="column">Their column; null: there is none.</param>
sealed class VectorCheck(string? column)
{
    readonly HashSet<int> _widths = [];
    bool _notFinite;

    /// <summary>Such as [384]; empty where there are none, or of different lengths.</summary>
    public string Width => _widths.Count == 1 ? $"[{_widths.Single()}]" : "";

    public IReadOnlyList<string> Faults =>
        [
            .. _notFinite ? [$"column {column} has a value that is not finite"] : Array.Empty<string>(),
            .. _widths.Count > 1
                ? [$"column {column} has rows of different widths: {string.Join(", ", _widths.Order())}"]
                : Array.Empty<string>(),
        ];

    public void Add(PartTable rows)
    {
        if (rows.Columns.Zip(rows.Values).FirstOrDefault(c => c.First.Name == column).Second is not ItemsColumn vectors)
        {
            return;
        }

        for (var row = 0; row < vectors.Count; row++)
        {
            _widths.Add(vectors.Length(row));
        }

        _notFinite |=
            vectors.Items is ValueColumn<float> floats && floats.Values.IndexOfAnyExceptInRange(float.MinValue, float.MaxValue) >= 0;
    }
}
