using System.Numerics.Tensors;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Inference.Engine;
using ProcessingJob.Inference.Heads;
using ProcessingJob.Models.Folders;
using ProcessingJob.Tokenization;

namespace ProcessingJob.Cli.Ask;

/// <summary>Answers questions over a text with a model folder on this machine.</summary>
sealed class QuestionAnswerer : IDisposable
{
    /// <summary>Tokens that neighbouring windows share, as in transformers' pipeline.</summary>
    const int Stride = 128;
    readonly Tokenizer _tokenizer;
    readonly InferenceEngine _engine;
    readonly int _maxLength;
    readonly HashSet<int> _special;

    /// <exception cref="PJobException">Exit code 4: no model for question answering.</exception>
    public QuestionAnswerer(string folder)
    {
        var model = ModelFolder.Open(folder, new() { Task = TaskKind.Answer });
        _tokenizer = Tokenizer.Load(folder);
        _engine = InferenceEngine.Create(model, new() { Task = TaskKind.Answer });
        _maxLength = TextPreparation.LimitOf(model, _tokenizer);
        _special = _tokenizer.Describe().SpecialTokens.Select(t => t.Id).ToHashSet();
    }

    /// <param name="question">The question.</param>
    /// <param name="context">The text to answer from, of any length.</param>
    /// <param name="topK">Candidates to return.</param>
    /// <param name="maxAnswerLength">Tokens.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    /// <exception cref="PJobException">BadSpec: the question leaves no room for the text.</exception>
    public async Task<FoundAnswers> AskAsync(
        string question,
        string context,
        int topK,
        int maxAnswerLength,
        CancellationToken cancellationToken
    )
    {
        var encodings = Encode(question, context);
        using var results = await _engine.RunAsync(encodings, cancellationToken);
        var spans = new AnswerSpans(
            new()
            {
                TopK = topK,
                MaxAnswerLength = maxAnswerLength,
                SpecialIds = _special,
            }
        );
        for (var i = 0; i < encodings.Count; i++)
        {
            spans.Add(results.Start(i), results.End(i), encodings.Ids(i), encodings.Offsets(i));
        }

        var ranked = spans.Rank();
        if (ranked is not [var best, ..])
        {
            return new(question, "the text is empty", [], spans.NoAnswerScore, null);
        }

        var candidates = ranked
            .Select(s => AnswerText.Range(context, s))
            .Zip(ranked, (range, s) => new FoundAnswer(context[range], range.Start.Value, range.End.Value, s.Score))
            .ToList();
        return new(
            question,
            WhyNone(encodings, results, best, spans.NoAnswerScore),
            candidates,
            spans.NoAnswerScore,
            Scores(encodings, results, best)
        );
    }

    public void Dispose() => _engine.Dispose();

    EncodingBuffer Encode(string question, string context)
    {
        var buffer = new EncodingBuffer();
        _tokenizer.CreateEncoder(new() { AddSpecialTokens = false }).Encode(question, buffer);
        var room = _maxLength - _tokenizer.SpecialTokenCount(pair: true) - buffer.Length(0);
        if (room < 2)
        {
            throw new PJobException(
                $"the question has {buffer.Length(0)} tokens and leaves no room for the text within the model's limit of {_maxLength}",
                ExitCode.BadSpec
            );
        }

        buffer.Clear();
        _tokenizer
            .CreateEncoder(
                new()
                {
                    MaxLength = _maxLength,
                    Truncation = Truncation.OnlySecond,
                    Window = true,
                    Stride = Math.Min(Stride, room / 2),
                    WithOffsets = true,
                }
            )
            .Encode(question, context, buffer);
        return buffer;
    }

    static string? WhyNone(EncodingBuffer encodings, BlockResult results, AnswerSpan best, double noAnswer)
    {
        if (noAnswer > best.Score)
        {
            return "the model considers it more likely that the text has no answer";
        }

        var offsets = encodings.Offsets(best.Window);
        var first = 0;
        while (offsets[first].Sequence != 1)
        {
            first++;
        }

        var count = offsets.Length - first;
        while (offsets[first + count - 1].Sequence != 1)
        {
            count--;
        }

        var start = TensorPrimitives.IndexOfMax(results.Start(best.Window).Slice(first, count));
        var end = TensorPrimitives.IndexOfMax(results.End(best.Window).Slice(first, count));
        return end < start ? "the most likely end precedes the most likely start" : null;
    }

    TokenScores Scores(EncodingBuffer encodings, BlockResult results, AnswerSpan best)
    {
        var labels = encodings.Ids(best.Window).ToArray().Select((id, i) => $"{_tokenizer.IdToToken(id) ?? "?"} {i}").ToList();
        return new(
            labels,
            results.Start(best.Window).ToArray(),
            results.End(best.Window).ToArray(),
            best.FirstToken,
            best.LastToken,
            best.Window,
            encodings.Count
        );
    }
}
