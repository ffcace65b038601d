using ProcessingJob.Contract;

namespace ProcessingJob.Tokenization;

/// <summary>What fixed questions leave of an encoding for its context.</summary>
public static class QuestionRoom
{
    /// <exception cref="PJobException">BadSpec: a question leaves no more than the stride, so that windows would not move on.</exception>
    public static void Check(Tokenizer tokenizer, IReadOnlyList<string> questions, int maxLength, int stride)
    {
        var (encoder, buffer) = (tokenizer.CreateEncoder(new EncodeOptions { AddSpecialTokens = false }), new EncodingBuffer());
        foreach (var question in questions)
        {
            buffer.Clear();
            encoder.Encode(question, buffer);
            var room = maxLength - tokenizer.SpecialTokenCount(pair: true) - buffer.Length(0);
            if (room <= stride)
            {
                throw new PJobException(
                    $"answer.questions: '{question}' has {buffer.Length(0)} tokens and leaves {Math.Max(0, room)} of {maxLength} "
                        + $"for the context, expected more than tokens.stride {stride}",
                    ExitCode.BadSpec
                );
            }
        }
    }
}
