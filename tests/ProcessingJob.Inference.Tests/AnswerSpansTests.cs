using CsCheck;
using ProcessingJob.Inference.Heads;
using ProcessingJob.Tokenization;

namespace ProcessingJob.Inference.Tests;

public class AnswerSpansTests
{
    /// <summary>A window as [CLS] question [SEP] context [SEP]; each token covers two characters.</summary>
    sealed record Window(int First, float[] Starts, float[] Ends)
    {
        const int Question = 2;

        public int Context => Starts.Length - Question - 3;
        public int[] Ids => [.. Enumerable.Repeat(7, Starts.Length)];
        public TokenOffset[] Offsets =>
            [
                new(0, 0, -1),
                .. Enumerable.Range(0, Question).Select(i => new TokenOffset(i, i + 1, 0)),
                new(0, 0, -1),
                .. Enumerable.Range(First, Context).Select(i => new TokenOffset(2 * i, 2 * i + 2, 1)),
                new(0, 0, -1),
            ];
    }

    static readonly Gen<float> Logit = Gen.Float[-8, 8];

    static readonly Gen<Window[]> Windows =
        from contexts in Gen.Int[1, 12].Array[1, 4]
        from shared in Gen.Int[0, 3]
        from logits in Gen.Select(Logit, Logit).Array[5 * 4 + 12 * 4]
        select Build(contexts, shared, logits);

    static Window[] Build(int[] contexts, int shared, (float Start, float End)[] logits)
    {
        var (first, used, windows) = (0, 0, new List<Window>());
        foreach (var context in contexts)
        {
            var own = logits[used..(used += context + 5)];
            windows.Add(new(first, [.. own.Select(l => l.Start)], [.. own.Select(l => l.End)]));
            first += Math.Max(1, context - shared);
        }
        return [.. windows];
    }

    static AnswerSpans Search(AnswerOptions options, IEnumerable<Window> windows)
    {
        var spans = new AnswerSpans(options);
        foreach (var window in windows)
        {
            spans.Add(window.Starts, window.Ends, window.Ids, window.Offsets);
        }

        return spans;
    }

    /// <summary>Every span of every window, straight from the definition, best first.</summary>
    static (List<(int Start, int End, double Score)> Spans, double NoAnswer) All(AnswerOptions options, Window[] windows)
    {
        var (spans, none) = (new List<(int, int, double)>(), 1.0);
        foreach (var window in windows)
        {
            var allowed = window.Offsets.Select((o, i) => i == 0 || o.Sequence == 1).ToArray();
            double[] Probabilities(float[] logits)
            {
                var e = logits.Select((l, i) => allowed[i] ? Math.Exp(l) : 0).ToArray();
                return [.. e.Select(x => x / e.Sum())];
            }
            var (starts, ends) = (Probabilities(window.Starts), Probabilities(window.Ends));
            none = Math.Min(none, starts[0] * ends[0]);
            for (var s = 1; s < starts.Length; s++)
            {
                for (var e = s; e < ends.Length; e++)
                {
                    if (allowed[s] && allowed[e] && e - s + 1 <= options.MaxAnswerLength)
                    {
                        spans.Add((window.Offsets[s].Start, window.Offsets[e].End, starts[s] * ends[e]));
                    }
                }
            }
        }
        var merged = spans.GroupBy(s => (s.Item1, s.Item2)).Select(g => (g.Key.Item1, g.Key.Item2, g.Max(s => s.Item3)));
        return ([.. merged.OrderByDescending(s => s.Item3)], none);
    }

    [Fact]
    public void Rank_AnyWindows_EqualsEverySpanScoredAndSorted() =>
        Gen.Select(Windows, Gen.Int[1, 6], Gen.Int[1, 20])
            .Sample(
                (windows, topK, longest) =>
                {
                    var options = new AnswerOptions { TopK = topK, MaxAnswerLength = longest };
                    var (all, none) = All(options, windows);
                    var expected = all.Take(topK).ToList();
                    var search = Search(options, windows);
                    var found = search.Rank();
                    Assert.Equal(none, search.NoAnswerScore, 1e-9);
                    Assert.Equal(expected.Count, found.Count);
                    foreach (var (want, have) in expected.Zip(found))
                    {
                        Assert.Equal(want.Score, have.Score, 1e-9);
                    }
                    // Equal scores may come in either order, also where one of them just misses the list: then the scores alone say enough.
                    if (all.Take(topK + 1).Zip(all.Skip(1)).All(p => p.First.Score - p.Second.Score > 1e-12))
                    {
                        Assert.Equal(expected.Select(s => (s.Start, s.End)), found.Select(s => (s.Start, s.End)));
                    }
                }
            );

    [Fact]
    public void Rank_AnyWindows_AnswersLieInTheContextOfTheirWindow() =>
        Windows.Sample(windows =>
        {
            foreach (var span in Search(new AnswerOptions { TopK = 5, MaxAnswerLength = 4 }, windows).Rank())
            {
                var offsets = windows[span.Window].Offsets;
                Assert.Equal(1, offsets[span.FirstToken].Sequence);
                Assert.Equal(1, offsets[span.LastToken].Sequence);
                Assert.InRange(span.LastToken - span.FirstToken, 0, 3);
                Assert.Equal((offsets[span.FirstToken].Start, offsets[span.LastToken].End), (span.Start, span.End));
                Assert.InRange(span.Score, 0, 1);
            }
        });

    [Fact]
    public void Rank_SameTextInTwoWindows_CountsOnceWithItsBetterScore()
    {
        // Token 5 of the first window and token 4 of the second are the same word.
        Window first = new(0, [0, 0, 0, 0, 0, 5, 0], [0, 0, 0, 0, 0, 5, 0]),
            second = new(1, [0, 0, 0, 0, 9, 0, 0], [0, 0, 0, 0, 9, 0, 0]);
        var found = Search(new AnswerOptions { TopK = 2 }, [first, second]).Rank();
        Assert.Equal((1, 4, 4, 2, 4), (found[0].Window, found[0].FirstToken, found[0].LastToken, found[0].Start, found[0].End));
        Assert.NotEqual((found[0].Start, found[0].End), (found[1].Start, found[1].End));
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(-0.9999, false)]
    public void Rank_NoAnswerLikelier_IsNoneUnlessTheThresholdSaysOtherwise(double threshold, bool none)
    {
        Window window = new(0, [9, 0, 0, 0, 1, 0, 0], [9, 0, 0, 0, 1, 0, 0]);
        var answer = Search(new AnswerOptions { NoAnswer = true, NoAnswerThreshold = threshold }, [window]).Rank()[0];
        Assert.Equal(none, answer.IsNone);
        Assert.Equal(none, answer.Score > 0.9);
    }

    [Fact]
    public void Rank_NoAnswerNotAllowed_IsASpanAllTheSame()
    {
        Window window = new(0, [9, 0, 0, 0, 1, 0, 0], [9, 0, 0, 0, 1, 0, 0]);
        Assert.Equal((4, 4), Search(new(), [window]).Rank().Select(s => (s.FirstToken, s.LastToken)).Single());
    }

    [Fact]
    public void Rank_ContextWithoutTokens_IsEmpty() =>
        Assert.Empty(Search(new(), [new Window(0, [1, 1, 1, 1, 1], [1, 1, 1, 1, 1])]).Rank());

    [Fact]
    public void Add_UnknownToken_NeitherBeginsNorEndsAnAnswer()
    {
        Window window = new(0, [0, 0, 0, 0, 2, 9, 1, 0], [0, 0, 0, 0, 1, 9, 2, 0]);
        var ids = window.Ids;
        ids[5] = 100;
        var spans = new AnswerSpans(
            new AnswerOptions
            {
                TopK = 9,
                SpecialIds = new HashSet<int> { 100 },
            }
        );
        spans.Add(window.Starts, window.Ends, ids, window.Offsets);
        Assert.Equal([(4, 6), (4, 4), (6, 6)], spans.Rank().Select(s => (s.FirstToken, s.LastToken)));
    }

    [Fact]
    public void Clear_UsedBefore_GivesTheSameAsANewOne()
    {
        Window one = new(0, [3, 0, 0, 0, 1, 2, 0], [3, 0, 0, 0, 1, 2, 0]),
            two = new(0, [0, 0, 0, 0, 1, 0], [0, 0, 0, 0, 1, 0]);
        var used = Search(new() { TopK = 3 }, [one]);
        used.Clear();
        used.Add(two.Starts, two.Ends, two.Ids, two.Offsets);
        var fresh = Search(new() { TopK = 3 }, [two]);
        Assert.Equal(fresh.Rank(), used.Rank());
        Assert.Equal(fresh.NoAnswerScore, used.NoAnswerScore);
    }

    [Fact]
    public void Add_ManyRows_AllocatesNothing()
    {
        Window window = new(
            0,
            [.. Enumerable.Range(0, 200).Select(i => i * 37 % 11f)],
            [.. Enumerable.Range(0, 200).Select(i => i * 53 % 13f)]
        );
        var (ids, offsets, spans) = (window.Ids, window.Offsets, new AnswerSpans(new() { TopK = 4 }));
        void Row()
        {
            spans.Clear();
            spans.Add(window.Starts, window.Ends, ids, offsets);
            spans.Rank();
        }
        for (var i = 0; i < 30; i++)
        {
            Row();
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            Row();
        }
        // The runtime itself allocates now and then; the smallest object a row would be 24,000 bytes.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 10_000);
    }
}
