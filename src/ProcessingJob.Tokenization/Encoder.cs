namespace ProcessingJob.Tokenization;

/// <summary>Turns texts into encodings. Owns scratch memory and caches: one per thread.</summary>
public sealed class Encoder
{
    internal Encoder() { }

    public EncodeOptions Options => throw new NotImplementedException();

    /// <summary>Appends the encoding(s) of one text.</summary>
    /// <returns>Number of encodings appended: 1, or one per window.</returns>
    public int Encode(ReadOnlySpan<char> text, EncodingBuffer into) => throw new NotImplementedException();

    /// <summary>Appends the encoding(s) of a pair of texts.</summary>
    /// <returns>Number of encodings appended: 1, or one per window.</returns>
    /// <exception cref="Contract.PJobException">
    /// The text that must stay whole leaves no room for the other one (only_first, only_second, windows).
    /// </exception>
    public int Encode(ReadOnlySpan<char> text, ReadOnlySpan<char> pair, EncodingBuffer into) => throw new NotImplementedException();
}
