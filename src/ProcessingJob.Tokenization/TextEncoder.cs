using ProcessingJob.Contract;

namespace ProcessingJob.Tokenization;

/// <summary>An encoder that puts the prompt before the first text. One per thread.</summary>
/// <param name="encoder">Encodes what has been prepared.</param>
/// <param name="prompt">Stands directly before the first text.</param>
/// <param name="maxCharacters">Code points of prompt and text that are looked at; null for all.</param>
public sealed class TextEncoder(Encoder encoder, string prompt, long? maxCharacters = null)
{
    char[] _scratch = new char[1024];

    public void Encode(ReadOnlySpan<char> text, EncodingBuffer into) => encoder.Encode(Prepare(text), into);

    /// <summary>Encodes a pair. Where the text that must stay whole leaves no room for the other, an encoding without tokens stands in
    /// their
    /// place: one row is rejected then, and not the job failed.</summary>
    public void Encode(ReadOnlySpan<char> text, ReadOnlySpan<char> pair, EncodingBuffer into)
    {
        try
        {
            encoder.Encode(Prepare(text), pair, into);
        }
        catch (PJobException e) when (e.ExitCode == ExitCode.Failed)
        {
            into.Add([]);
        }
    }

    /// <summary>Encodes a text with each of several second texts, as so many calls.</summary>
    public void EncodeEach(ReadOnlySpan<char> text, IReadOnlyList<string> pairs, EncodingBuffer into) =>
        encoder.EncodeEach(Prepare(text), pairs, into);

    ReadOnlySpan<char> Prepare(ReadOnlySpan<char> text)
    {
        if (prompt.Length == 0)
        {
            return Cut(text);
        }

        var length = prompt.Length + text.Length;
        if (_scratch.Length < length)
        {
            _scratch = new char[Math.Max(length, _scratch.Length * 2)];
        }

        prompt.CopyTo(_scratch);
        text.CopyTo(_scratch.AsSpan(prompt.Length));
        return Cut(_scratch.AsSpan(0, length));
    }

    ReadOnlySpan<char> Cut(ReadOnlySpan<char> text)
    {
        if (maxCharacters is not { } most || text.Length <= most)
        {
            return text;
        }

        var (units, count) = (0, 0L);
        foreach (var rune in text.EnumerateRunes())
        {
            if (count++ == most)
            {
                break;
            }

            units += rune.Utf16SequenceLength;
        }

        return text[..units];
    }
}
