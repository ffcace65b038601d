using ProcessingJob.Contract;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Data.Columns;
using ProcessingJob.Data.Reading;
using ProcessingJob.Inference.Engine;
using ProcessingJob.Inference.Heads;
using ProcessingJob.Tokenization;

namespace ProcessingJob.Worker.Tasks;

/// <summary>
/// Extractive question answering: columns <c>answer</c>, <c>start</c>, <c>end</c>, <c>score</c>, or a list <c>answers</c> of those when
/// top_k is above 1. Answers are cut from the context as it was given; start and end count code points, as in Python. A context that is
/// longer than the model is read in overlapping windows, unless tokens.overflow is reject. "No answer" has no answer, start and end.
/// </summary>
sealed class AnswerTask : FeatureTask
{
    readonly IReadOnlyList<string> _questions;
    readonly int _contextText;
    readonly bool _isList,
        _logits;
    readonly AnswerSpans _spans;

    /// <exception cref="PJobException">BadSpec: a fixed question leaves no room for the context.</exception>
    public AnswerTask(TaskParts parts)
        : base(parts)
    {
        var answer = Spec.Answer;
        (_questions, _isList, _logits) = (answer.Questions, answer.TopK > 1, answer.Logits);
        _contextText = _questions.Count > 0 ? 0 : 1;
        var window = Spec.Tokens.Overflow != Overflow.Reject;
        Encoding = new()
        {
            MaxLength = parts.MaxLength,
            Truncation = Truncation.OnlySecond,
            Window = window,
            Stride = window ? Spec.Tokens.Stride : 0,
            WithOffsets = true,
        };
        QuestionRoom.Check(parts.Tokenizer, _questions, parts.MaxLength, Encoding.Stride);
        _spans = new(
            new()
            {
                TopK = answer.TopK,
                MaxAnswerLength = answer.MaxAnswerLength,
                NoAnswer = answer.NoAnswer,
                NoAnswerThreshold = answer.NoAnswerThreshold,
                SpecialIds = parts.Tokenizer.Describe().SpecialTokens.Select(t => t.Id).ToHashSet(),
            }
        );
    }

    public override EncodeOptions Encoding { get; }

    public override bool EncodesPairs => true;

    public override int CallsPerRow => Math.Max(1, _questions.Count);

    public override void Encode(RowBlock rows, int row, TextEncoder encoder, EncodingBuffer into)
    {
        var context = rows.Text(row, _contextText);
        if (_questions.Count == 0)
        {
            encoder.Encode(rows.Text(row), context, into);
        }

        foreach (var question in _questions)
        {
            encoder.Encode(question, context, into);
        }
    }

    public override string NoRoom =>
        $"the question leaves no room for its context in {Encoding.MaxLength} tokens (tokens.stride {Encoding.Stride})";

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
        _spans.Clear();
        for (var i = first; i < first + count; i++)
        {
            _spans.Add(results!.Start(i), results.End(i), encodings.Ids(i), encodings.Offsets(i));
        }

        var ranked = _spans.Rank();
        var context = rows.Text(call / CallsPerRow, _contextText);
        if (_questions.Count > 0)
        {
            into.Get<StringColumn>("question").Append(_questions[call % CallsPerRow]);
        }

        if (_isList)
        {
            var answers = into.Get<StructListColumn>("answers");
            foreach (var span in ranked)
            {
                Append(context, span, answers.Fields, 0);
            }

            answers.EndRow();
        }
        else
        {
            var none = new AnswerSpan(-1, -1, -1, -1, -1, _spans.NoAnswerScore);
            Append(context, ranked is [var best, ..] ? best : none, into.Columns, IndexOf(into, "answer"));
        }
        if (_logits)
        {
            AppendLogits(results!, first, count, into);
        }
    }

    static void Append(ReadOnlySpan<char> context, AnswerSpan span, IReadOnlyList<Column> columns, int first)
    {
        var (answer, start, end) = (
            (StringColumn)columns[first],
            (ValueColumn<int>)columns[first + 1],
            (ValueColumn<int>)columns[first + 2]
        );
        if (span.IsNone)
        {
            answer.AppendNull();
            start.AppendNull();
            end.AppendNull();
        }
        else
        {
            var range = AnswerText.Range(context, span);
            answer.Append(context[range]);
            start.Append(AnswerText.CodePoints(context, range.Start.Value));
            end.Append(AnswerText.CodePoints(context, range.End.Value));
        }
        ((ValueColumn<float>)columns[first + 3]).Append((float)span.Score);
    }

    // The windows of a context stand one after another, token by token, as they do in token_count.
    static void AppendLogits(BlockResult results, int first, int count, ColumnBlock into)
    {
        foreach (var (name, isStart) in (ReadOnlySpan<(string, bool)>)[("start_logits", true), ("end_logits", false)])
        {
            var column = into.Get<ListColumn<float>>(name);
            if (count == 1)
            {
                column.Append(isStart ? results.Start(first) : results.End(first));
                continue;
            }
            var all = new List<float>();
            for (var i = first; i < first + count; i++)
            {
                all.AddRange(isStart ? results.Start(i) : results.End(i));
            }

            column.Append(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(all));
        }
    }

    static int IndexOf(ColumnBlock block, string name)
    {
        var index = 0;
        while (block.Schema[index].Name != name)
        {
            index++;
        }

        return index;
    }
}
