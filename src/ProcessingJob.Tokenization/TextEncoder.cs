using System.Runtime.InteropServices;
using ProcessingJob.Contract;
using ProcessingJob.Tokenization.Unicode;

namespace ProcessingJob.Tokenization;

/// <summary>An encoder that puts the prompt before the first text, and lower-cases where the model folder asks for it. One per thread.</summary>
public sealed class TextEncoder(Encoder encoder, string prompt, bool lowerCase)
{
    readonly List<char> _lower = [];
    char[] _scratch = new char[1024];

    public void Encode(ReadOnlySpan<char> text, EncodingBuffer into) => encoder.Encode(Prepare(text), into);

    /// <summary>Encodes a pair. Where the text that must stay whole leaves no room for the other, an encoding without tokens stands in their
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

    ReadOnlySpan<char> Prepare(ReadOnlySpan<char> text)
    {
        if (prompt.Length == 0 && !lowerCase)
        {
            return text;
        }

        var length = prompt.Length + text.Length;
        if (_scratch.Length < length)
        {
            _scratch = new char[Math.Max(length, _scratch.Length * 2)];
        }

        prompt.CopyTo(_scratch);
        text.CopyTo(_scratch.AsSpan(prompt.Length));
        if (!lowerCase)
        {
            return _scratch.AsSpan(0, length);
        }

        _lower.Clear();
        LowerCase.Append(_scratch.AsSpan(0, length), _lower);
        return CollectionsMarshal.AsSpan(_lower);
    }
}
