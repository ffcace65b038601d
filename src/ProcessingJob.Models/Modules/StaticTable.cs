using System.Numerics.Tensors;

namespace ProcessingJob.Models.Modules;

/// <summary>Rows of a static embedding by token id.</summary>
public sealed class StaticTable
{
    readonly float[] _rows;
    readonly float[]? _weights;
    readonly int[]? _mapping;

    StaticTable(float[] rows, int width, bool isHalf, float[]? weights, int[]? mapping) =>
        (_rows, Width, IsHalf, _weights, _mapping) = (rows, width, isHalf, weights, mapping);

    /// <summary>
    /// Whether the file's rows are float16: means are then rounded to float16, as the libraries compute them in the rows' type.
    /// </summary>
    public bool IsHalf { get; }

    /// <summary>Floats of a row.</summary>
    public int Width { get; }

    /// <summary>Ids are from 0 to one less.</summary>
    public int Tokens => _mapping?.Length ?? _weights?.Length ?? _rows.Length / Width;

    /// <summary>The mean of the tokens' rows, as sums in float32; zeros for none.</summary>
    /// <param name="roundSum">Of float16 rows: whether the sum is rounded too, as PyTorch's EmbeddingBag does and NumPy does not.</param>
    /// <param name="mean"><see cref="Width"/> floats, overwritten.</param>
    public void Mean(ReadOnlySpan<int> ids, bool roundSum, Span<float> mean)
    {
        mean.Clear();
        foreach (var id in ids)
        {
            var row = _rows.AsSpan((_mapping is null ? id : _mapping[id]) * Width, Width);
            if (_weights is null)
            {
                TensorPrimitives.Add(mean, row, mean);
            }
            else
            {
                TensorPrimitives.MultiplyAdd(row, _weights[id], mean, mean);
            }
        }

        if (IsHalf && roundSum)
        {
            Round(mean);
        }

        if (ids.Length > 1)
        {
            TensorPrimitives.Divide(mean, ids.Length, mean);
        }

        if (IsHalf)
        {
            Round(mean);
        }
    }

    static void Round(Span<float> values)
    {
        foreach (ref var value in values)
        {
            value = (float)(Half)value;
        }
    }

    internal static Lazy<StaticTable> Of(string folder) =>
        new(() => new ModuleSource(folder, FolderKind.SentenceTransformer, []).Weights(Read));

    /// <summary>
    /// embedding.weight as sentence-transformers names it, or model2vec's embeddings, with weights and mapping where they are.
    /// </summary>
    static StaticTable Read(ModuleWeights tensors)
    {
        if (tensors.Has("embedding.weight"))
        {
            var (values, _, columns) = tensors.Matrix("embedding.weight");
            return new StaticTable(values, columns, tensors.IsHalf("embedding.weight"), null, null);
        }

        var (rows, count, width) = tensors.Matrix("embeddings");
        var mapping = tensors.Has("mapping") ? tensors.Indices("mapping", count) : null;
        var weights = tensors.Has("weights") ? tensors.Floats("weights", mapping?.Length ?? count) : null;
        return new StaticTable(rows, width, tensors.IsHalf("embeddings"), weights, mapping);
    }
}
