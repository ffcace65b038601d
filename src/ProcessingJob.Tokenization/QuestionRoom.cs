using ProcessingJob.Contract;

namespace ProcessingJob.Tokenization;

/// <summary>What fixed questions, or hypotheses, leave of an encoding for its text.</summary>
public static class QuestionRoom
{
    /// <exception cref="PJobException">BadSpec: a question leaves no more than the stride, so that windows would not move on.</exception>
    public static void Check(Tokenizer tokenizer, IReadOnlyList<string> questions, int maxLength, int stride) =>
        Check(tokenizer, questions, maxLength, stride, "answer.questions");

    /// <exception cref="PJobException">BadSpec: a hypothesis leaves no room for the text.</exception>
    public static void CheckHypotheses(Tokenizer tokenizer, IReadOnlyList<string> hypotheses, int maxLength) =>
        Check(tokenizer, hypotheses, maxLength, stride: 0, "classify.hypothesis");

    static void Check(Tokenizer tokenizer, IReadOnlyList<string> questions, int maxLength, int stride, string key)
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
                    $"{key}: '{question}' has {buffer.Length(0)} tokens and leaves {Math.Max(0, room)} of {maxLength} "
                        + $"for the {(stride > 0 ? "context, expected more than tokens.stride" : "text, expected more than")} {stride}",
                    ExitCode.BadSpec
                );
            }
        }
    }
}
