namespace ProcessingJob.Inference.Devices;

/// <summary>
/// What a model puts out for one encoding: planes of rows of floats, one row for the whole encoding or one for each of its tokens.
/// A closed set: the types nested here are all there are.
/// </summary>
public abstract record ModelOutput
{
    /// <summary>Entries of a sparse row that are not zero: SPLADE models have 50 to 400 a text.</summary>
    const int UsualEntries = 1024;

    ModelOutput(int width, bool perToken = false, int planes = 1) => (Width, PerToken, Planes) = (width, perToken, planes);

    /// <summary>Floats of a row, at least 1.</summary>
    public int Width { get; }

    /// <summary>Whether each token has a row.</summary>
    public bool PerToken { get; }

    /// <summary>Values that lie one behind the other: start and end logits are two.</summary>
    public int Planes { get; }

    /// <summary>Floats of one plane of an encoding of so many tokens.</summary>
    public int PlaneFloats(int tokens) => PerToken ? checked(tokens * Width) : Width;

    /// <summary>Floats of an encoding of so many tokens.</summary>
    public int Floats(int tokens) => checked(Planes * PlaneFloats(tokens));

    /// <summary>Floats that are kept of an encoding until its row is written; of a sparse one indices count as well.</summary>
    public int KeptFloats(int tokens) => this is SparseRows ? 2 * Math.Min(Width, UsualEntries) : Floats(tokens);

    /// <summary>Copies what is no padding: of every plane the rows of the real tokens, plane behind plane.</summary>
    /// <param name="padded">An encoding's floats in a batch.</param>
    /// <param name="length">Tokens that the batch is padded to.</param>
    /// <param name="tokens">Tokens of the encoding.</param>
    /// <param name="real"><see cref="Floats"/> of the encoding's tokens, overwritten.</param>
    internal void CopyReal(ReadOnlySpan<float> padded, int length, int tokens, Span<float> real)
    {
        var (from, to) = (PlaneFloats(length), PlaneFloats(tokens));
        for (var plane = 0; plane < Planes; plane++)
        {
            padded.Slice(plane * from, to).CopyTo(real[(plane * to)..]);
        }
    }

    /// <summary>One vector per encoding: an embedding, or the logits of a classifier's labels.</summary>
    /// <param name="Size">Floats of a vector.</param>
    public sealed record RowVectors(int Size) : ModelOutput(Size);

    /// <summary>One vector per token (late interaction).</summary>
    /// <param name="Size">Floats of a vector.</param>
    public sealed record TokenVectors(int Size) : ModelOutput(Size, perToken: true);

    /// <summary>Logits of labels for each token.</summary>
    /// <param name="Count">Labels.</param>
    public sealed record TokenLabels(int Count) : ModelOutput(Count, perToken: true);

    /// <summary>A start logit for each token, then an end logit for each token (extractive question answering).</summary>
    public sealed record Spans() : ModelOutput(1, perToken: true, planes: 2);

    /// <summary>One weight per entry of the vocabulary and encoding, most of them zero.</summary>
    /// <param name="Size">Entries of the vocabulary.</param>
    public sealed record SparseRows(int Size) : ModelOutput(Size);
}
