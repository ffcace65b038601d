using ProcessingJob.Tokenization;

namespace ProcessingJob.Inference.Devices;

/// <summary>Encodings of one block that run together.</summary>
/// <param name="block">Where they are.</param>
/// <param name="encodings">Their indices in the block.</param>
/// <param name="length">Tokens each is padded to.</param>
public readonly ref struct Batch(EncodingBuffer block, ReadOnlySpan<int> encodings, int length)
{
    public EncodingBuffer Block { get; } = block;

    public ReadOnlySpan<int> Encodings { get; } = encodings;

    public int Length { get; } = length;

    public int Rows => Encodings.Length;

    public int PaddedTokens => Encodings.Length * Length;
}
