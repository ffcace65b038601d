using CsCheck;
using ProcessingJob.Inference.Heads;

namespace ProcessingJob.Inference.Tests;

public class AnswerTextTests
{
    static readonly string[] Pieces = ["a", " ", "🙂", "é", "\n", "字"];

    static readonly Gen<string> Piece = Gen.Int[0, Pieces.Length - 1].Select(i => Pieces[i]);

    static AnswerSpan Span(int start, int end) => new(0, 1, 1, start, end, 0.5);

    [Theory]
    [InlineData("a brown fox", 1, 7, "brown")]
    [InlineData("a brown fox", 2, 11, "brown fox")]
    [InlineData("no 🙂 here", 3, 4, "🙂")]
    [InlineData("no 🙂 here", 4, 5, "🙂")]
    [InlineData("   ", 0, 3, "")]
    public void Range_Span_IsItsTextWithoutSpaceAroundIt(string context, int start, int end, string expected) =>
        Assert.Equal(expected, context[AnswerText.Range(context, Span(start, end))]);

    [Fact]
    public void Range_AnySpan_LiesInTheContextAndCutsNoPair() =>
        (
            from text in Piece.Array[1, 12].Select(string.Concat)
            from start in Gen.Int[0, text.Length]
            from end in Gen.Int[start, text.Length]
            select (text, start, end)
        ).Sample(c =>
        {
            var answer = c.text[AnswerText.Range(c.text, Span(c.start, c.end))];
            Assert.Equal(answer, answer.Trim());
            Assert.DoesNotContain('\uFFFD', System.Text.Encoding.UTF8.GetString(System.Text.Encoding.UTF8.GetBytes(answer)));
        });

    [Fact]
    public void CodePoints_AnyPosition_CountsRunesBefore() =>
        Piece
            .Array[0, 10]
            .Sample(parts =>
            {
                var position = 0;
                for (var i = 0; i < parts.Length; position += parts[i++].Length)
                {
                    Assert.Equal(i, AnswerText.CodePoints(string.Concat(parts), position));
                }
            });
}
