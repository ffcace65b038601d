using System.Collections.Concurrent;
using ProcessingJob.Contract;
using ProcessingJob.Data;
using ProcessingJob.Inference.Engine;
using ProcessingJob.Inference.Heads;
using ProcessingJob.Tokenization;

namespace ProcessingJob.Worker;

/// <summary>
/// Extractive question answering: columns <c>answer</c>, <c>start</c>, <c>end</c>, <c>score</c>, or a list <c>answers</c> of those when
/// top_k is above 1. Answers are cut from the context as it was given; start and end count code points, as in Python. A context that is
/// longer than the model is read in overlapping windows, unless tokens.overflow is reject. "No answer" has no answer, start and end.
/// </summary>
sealed class AnswerTask : FeatureTask
{
    readonly IReadOnlyList<string> _questions;
    readonly string? _context;
    readonly int _contextText;
    readonly bool _isList,
        _logits;
    readonly AnswerOptions _options;
    readonly ConcurrentBag<AnswerSpans> _searches = [];

    /// <exception cref="PJobException">BadSpec: a fixed question leaves no room for the context, or the context file cannot be read.</exception>
    public AnswerTask(JobSpec spec, Tokenizer tokenizer, int maxLength, ContainerPaths paths)
        : base(spec)
    {
        var answer = spec.Answer;
        (_questions, _isList, _logits) = (answer.Questions, answer.TopK > 1, answer.Logits);
        _context = answer.ContextFile is { } file ? ReadContext(paths.SideFile(file)) : null;
        _contextText = _questions.Count > 0 ? 0 : 1;
        var window = spec.Tokens.Overflow != Overflow.Reject;
        Encoding = new()
        {
            MaxLength = maxLength,
            Truncation = Truncation.OnlySecond,
            Window = window,
            Stride = window ? spec.Tokens.Stride : 0,
            WithOffsets = true,
        };
        CheckRoom(tokenizer, maxLength);
        Columns = Schema();
        _options = new()
        {
            TopK = answer.TopK,
            MaxAnswerLength = answer.MaxAnswerLength,
            NoAnswer = answer.NoAnswer,
            NoAnswerThreshold = answer.NoAnswerThreshold,
            SpecialIds = tokenizer.Describe().SpecialTokens.Select(t => t.Id).ToHashSet(),
        };
    }

    public override IReadOnlyList<OutputColumn> Columns { get; }

    public override EncodeOptions Encoding { get; }

    public override bool JoinsWindows => true;

    public override int CallsPerRow => Math.Max(1, _questions.Count);

    // Blocks of 1,024 rows have 4 MiB at most: 4 KiB a row.
    public override int RowWeight => CallsPerRow + (_context?.Length ?? 0) / 4096;

    public override void Encode(RowBlock rows, int row, RowEncoder encoder, EncodingBuffer into)
    {
        var context = _context is null ? rows.Text(row, _contextText) : _context;
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

    public override void Write(WindowItem window, int call, int first, int count, ColumnBlock into)
    {
        var (encodings, results) = (window.Encodings, window.Results!);
        var spans = _searches.TryTake(out var used) ? used : new(_options);
        spans.Clear();
        for (var i = first; i < first + count; i++)
        {
            spans.Add(results.Start(i), results.End(i), encodings.Ids(i), encodings.Offsets(i));
        }

        var ranked = spans.Rank();
        var context = _context is null ? window.Rows!.Text(call / CallsPerRow, _contextText) : _context;
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
            var none = new AnswerSpan(-1, -1, -1, -1, -1, spans.NoAnswerScore);
            Append(context, ranked is [var best, ..] ? best : none, into.Columns, IndexOf(into, "answer"));
        }
        if (_logits)
        {
            AppendLogits(results, first, count, into);
        }

        _searches.Add(spans);
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

    List<OutputColumn> Schema()
    {
        OutputColumn[] answer =
        [
            new("answer", ColumnKind.String, Nullable: true),
            new("start", ColumnKind.Int32, Nullable: true),
            new("end", ColumnKind.Int32, Nullable: true),
            new("score", ColumnKind.Float),
        ];
        var columns = new List<OutputColumn>();
        if (_questions.Count > 0)
        {
            columns.Add(new("question", ColumnKind.String));
        }

        columns.AddRange(_isList ? [new("answers", ColumnKind.ListStruct, Fields: answer)] : answer);
        if (_logits)
        {
            columns.AddRange([new("start_logits", ColumnKind.ListFloat), new("end_logits", ColumnKind.ListFloat)]);
        }

        return columns;
    }

    void CheckRoom(Tokenizer tokenizer, int maxLength)
    {
        var (encoder, buffer) = (tokenizer.CreateEncoder(new EncodeOptions { AddSpecialTokens = false }), new EncodingBuffer());
        foreach (var question in _questions)
        {
            buffer.Clear();
            encoder.Encode(question, buffer);
            var room = maxLength - tokenizer.SpecialTokenCount(pair: true) - buffer.Length(0);
            if (room <= Encoding.Stride)
            {
                throw new PJobException(
                    $"answer.questions: '{question}' has {buffer.Length(0)} tokens and leaves {Math.Max(0, room)} of {maxLength} for the context, expected more than tokens.stride {Encoding.Stride}",
                    ExitCode.BadSpec
                );
            }
        }
    }

    static string ReadContext(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PJobException($"answer.context_file: {path} cannot be read: {e.Message}", ExitCode.BadSpec, e);
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
