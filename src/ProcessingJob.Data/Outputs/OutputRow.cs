using ProcessingJob.Contract;

namespace ProcessingJob.Data.Outputs;

/// <summary>A row of a finished output.</summary>
/// <param name="Values">Its columns but the embedding, as <see cref="PartRows.Columns"/> says.</param>
/// <param name="Embedding">The embedding as numbers, one per dimension; empty for other tasks than embed.</param>
public sealed record OutputRow(IReadOnlyDictionary<string, object?> Values, float[] Embedding)
{
    /// <summary>
    /// The value of a column, for example <c>row.Get&lt;string&gt;("id")</c>, or <c>row.Get&lt;int[]&gt;("input_ids")</c>.
    /// </summary>
    /// <exception cref="PJobException">There is no such column, or its value is of another type.</exception>
    public T? Get<T>(string column)
    {
        if (!Values.TryGetValue(column, out var value))
        {
            throw new PJobException(
                $"{column}: the output has no such column; it has {string.Join(", ", Values.Keys)}"
                    + (Embedding.Length > 0 ? "; the embedding is in Embedding" : ""),
                ExitCode.BadSpec
            );
        }

        return value switch
        {
            T typed => typed,
            null => default,
            _ => throw new PJobException($"{column}: is a {value.GetType().Name}, expected {typeof(T).Name}", ExitCode.BadSpec),
        };
    }
}
