using System.Globalization;
using System.Numerics.Tensors;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Data.Outputs;

namespace ProcessingJob.Cli.Search;

/// <summary>Exact search in what each task writes: by cosine, by the dot product of sparse weights, by MaxSim.</summary>
static class TaskSearch
{
    static readonly Dictionary<
        TaskKind,
        Func<FinishedOutput, QueryEncoder, string, string?, int, CancellationToken, Task<IReadOnlyList<Hit>>>
    > Table = new()
    {
        [TaskKind.Embed] = DenseAsync,
        [TaskKind.Sparse] = SparseAsync,
        [TaskKind.Multivector] = MultivectorAsync,
    };

    public static IEnumerable<TaskKind> Tasks => Table.Keys;

    public static bool Has(TaskKind task) => Table.ContainsKey(task);

    /// <param name="output">Of one of <see cref="Tasks"/>.</param>
    /// <param name="encoder">Of its model.</param>
    /// <param name="text">The query.</param>
    /// <param name="ranges">The file of embed.ranges; null: as the job says.</param>
    /// <param name="top">Rows wanted.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    /// <returns>Best first; equal ones in the output's order.</returns>
    /// <exception cref="PJobException">A part is damaged, or the model is not that of the output.</exception>
    public static Task<IReadOnlyList<Hit>> FindAsync(
        FinishedOutput output,
        QueryEncoder encoder,
        string text,
        string? ranges,
        int top,
        CancellationToken cancellationToken
    ) => Table[output.Spec.Task](output, encoder, text, ranges, top, cancellationToken);

    static async Task<IReadOnlyList<Hit>> DenseAsync(
        FinishedOutput output,
        QueryEncoder encoder,
        string text,
        string? ranges,
        int top,
        CancellationToken cancellationToken
    )
    {
        var decoder = new VectorDecoder(output.Spec, ranges);
        var query = await encoder.VectorAsync(text, cancellationToken);
        return await VectorSearch.FindAsync(output, decoder, query, top, cancellationToken);
    }

    static async Task<IReadOnlyList<Hit>> SparseAsync(
        FinishedOutput output,
        QueryEncoder encoder,
        string text,
        string? ranges,
        int top,
        CancellationToken cancellationToken
    )
    {
        var sparse = output.Spec.Sparse;
        var query = await encoder.WeightsAsync(text, sparse.TopK > 0 ? sparse.TopK : null, cancellationToken);
        var isCosine = encoder.Similarity == "cosine";
        var length = Math.Sqrt(query.Values.Sum(v => (double)v * v));
        return await BestRows.FindAsync(output, Score, top, cancellationToken);

        double Score(PartRows rows, int row)
        {
            var (indices, values) = (Numbers(output, rows, "indices", row), Numbers(output, rows, "values", row));
            var (dot, squares) = (0.0, 0.0);
            for (var i = 0; i < indices.Length; i++)
            {
                dot += query.GetValueOrDefault((int)indices[i]) * (double)values[i];
                squares += (double)values[i] * values[i];
            }

            var norm = isCosine ? Math.Sqrt(squares) * length : 1;
            return norm > 0 ? dot / norm : 0;
        }
    }

    static async Task<IReadOnlyList<Hit>> MultivectorAsync(
        FinishedOutput output,
        QueryEncoder encoder,
        string text,
        string? ranges,
        int top,
        CancellationToken cancellationToken
    )
    {
        var query = await encoder.VectorsAsync(text, cancellationToken);
        var share = encoder.Similarity == "meanmaxsim" ? 1.0 / Math.Max(1, query.Count) : 1;
        return await BestRows.FindAsync(output, Score, top, cancellationToken);

        double Score(PartRows rows, int row)
        {
            var vectors = Cell(output, rows, "embeddings", row).Cast<object?>().Select(Floats).ToArray();
            if (query.Count > 0 && vectors.FirstOrDefault(v => v.Length != query[0].Length) is { } other)
            {
                throw new PJobException(
                    $"{output.Location}: has vectors of {other.Length} dimensions, but the model's have {query[0].Length}: it is "
                        + "not the model of this output",
                    ExitCode.Model
                );
            }

            return vectors.Length == 0 ? 0 : share * query.Sum(q => (double)vectors.Max(v => TensorPrimitives.Dot<float>(q, v)));
        }
    }

    static float[] Numbers(FinishedOutput output, PartRows rows, string column, int row) => Floats(Cell(output, rows, column, row));

    static Array Cell(FinishedOutput output, PartRows rows, string column, int row) =>
        rows.Columns.TryGetValue(TaskColumns.NameOf(output.Spec, column), out var cells) && cells[row] is Array list
            ? list
            : throw new PJobException($"the output has no column '{column}'; 'pjob check' verifies the whole output");

    /// <summary>Numbers of a list of any kind, as the formats' readers give them.</summary>
    static float[] Floats(object? list) =>
        list switch
        {
            float[] floats => floats,
            Array numbers => [.. numbers.Cast<object>().Select(v => Convert.ToSingle(v, CultureInfo.InvariantCulture))],
            _ => [],
        };
}
