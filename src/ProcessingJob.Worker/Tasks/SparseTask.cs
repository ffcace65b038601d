using ProcessingJob.Data.Columns;
using ProcessingJob.Data.Reading;
using ProcessingJob.Inference.Engine;
using ProcessingJob.Models.Modules;
using ProcessingJob.Tokenization;

namespace ProcessingJob.Worker.Tasks;

/// <summary>
/// A weight for every vocabulary entry that matters: columns <c>indices</c>, ascending, and <c>values</c>. Of more than top_k weights the
/// largest are kept, of equal ones the lower index.
/// </summary>
sealed class SparseTask : FeatureTask
{
    readonly int? _topK;
    readonly float _least;
    int[] _places = [];

    public SparseTask(TaskParts parts)
        : base(parts)
    {
        _topK = Spec.Sparse.TopK > 0 ? Spec.Sparse.TopK : ((SparseRoute)parts.Model!.Work!).TopK;
        _least = (float)Spec.Sparse.MinWeight;
        Encoding = TextEncoding() with { AddSpecialTokens = !parts.Model!.IsStatic };
    }

    public override EncodeOptions Encoding { get; }

    public override void Encode(RowBlock rows, int row, TextEncoder encoder, EncodingBuffer into) => encoder.Encode(rows.Text(row), into);

    public override void Write(
        RowBlock rows,
        EncodingBuffer encodings,
        BlockResult? results,
        int call,
        int first,
        int count,
        ColumnBlock into
    )
    {
        var (indices, values) = results!.Sparse(first);
        var kept = Keep(values);
        var (ids, weights) = (new int[kept.Length], new float[kept.Length]);
        for (var i = 0; i < kept.Length; i++)
        {
            (ids[i], weights[i]) = (indices[kept[i]], values[kept[i]]);
        }

        into.Get<ListColumn<int>>("indices").Append(ids);
        into.Get<ListColumn<float>>("values").Append(weights);
    }

    /// <summary>Places of the weights that are written, ascending.</summary>
    ReadOnlySpan<int> Keep(ReadOnlySpan<float> values)
    {
        if (_places.Length < values.Length)
        {
            _places = new int[values.Length];
        }

        var count = 0;
        for (var i = 0; i < values.Length; i++)
        {
            if (Math.Abs(values[i]) >= _least)
            {
                _places[count++] = i;
            }
        }

        var places = _places.AsSpan(0, count);
        if (_topK is not { } most || count <= most)
        {
            return places;
        }

        // Arrays for keys are made only where there is something to leave out.
        var sizes = new (float Size, int Place)[count];
        for (var i = 0; i < count; i++)
        {
            sizes[i] = (-Math.Abs(values[places[i]]), places[i]);
        }

        Array.Sort(sizes);
        for (var i = 0; i < most; i++)
        {
            places[i] = sizes[i].Place;
        }

        places = places[..most];
        places.Sort();
        return places;
    }
}
