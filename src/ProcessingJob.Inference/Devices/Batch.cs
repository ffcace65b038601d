using ProcessingJob.Tokenization;

namespace ProcessingJob.Inference;

/// <summary>Encodings of one window that run together.</summary>
/// <param name="window">Where they are.</param>
/// <param name="encodings">Their indices in the window.</param>
/// <param name="length">Tokens each is padded to.</param>
public readonly ref struct Batch(EncodingBuffer window, ReadOnlySpan<int> encodings, int length)
{
    public EncodingBuffer Window { get; } = window;

    public ReadOnlySpan<int> Encodings { get; } = encodings;

    public int Length { get; } = length;

    public int Rows => Encodings.Length;

    public int PaddedTokens => Encodings.Length * Length;
}
