using System.Text;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Inference.Heads;
using ProcessingJob.Samples;
using ProcessingJob.Testing;
using ProcessingJob.Tokenization;

namespace ProcessingJob.Inference.Tests;

/// <summary>
/// Entities against a second implementation, which goes by code points, dictionaries and all windows at once, and against the examples of
/// transformers' documentation.
/// </summary>
public class EntityFinderTests
{
    static readonly string[] Labels = ["O", "B-PER", "I-PER", "B-LOC", "I-LOC", "MISC", "B-X-Y", "I-X-Y"];

    static readonly string[] Words =
    [
        "Paris",
        "unbelievably",
        "don't",
        "naïve",
        "😀",
        "Łódź",
        "東京",
        "state-of-the-art",
        "(hello)",
        "3.14",
        "it's",
        "x",
        "flying,",
    ];

    public static TheoryData<ModelFamily, TagAggregation> Cases
    {
        get
        {
            var cases = new TheoryData<ModelFamily, TagAggregation>();
            foreach (var family in (ModelFamily[])[ModelFamily.Bert, ModelFamily.Roberta])
            {
                foreach (var aggregation in Enum.GetValues<TagAggregation>())
                {
                    cases.Add(family, aggregation);
                }
            }

            return cases;
        }
    }

    [Theory, MemberData(nameof(Cases))]
    public void Find_RandomLogits_GivesWhatAPlainImplementationGives(ModelFamily family, TagAggregation aggregation)
    {
        var random = new Random(7);
        var tokenizer = Tokenizer.Load(ModelCache.Get(new() { Family = family }));
        var found = 0;
        for (var round = 0; round < 150; round++)
        {
            var text = string.Join(random.Next(4) == 0 ? "  " : " ", random.GetItems(Words, random.Next(1, 20)));
            var (length, stride) = (random.Next(6, 24), random.Next(0, 4));
            var buffer = new EncodingBuffer();
            tokenizer
                .CreateEncoder(
                    new()
                    {
                        MaxLength = length,
                        Window = true,
                        Stride = Math.Min(stride, length - 3),
                        CodePointOffsets = true,
                    }
                )
                .Encode(text, buffer);
            var spec = new TagSpec { Aggregation = aggregation, Labels = random.Next(3) == 0 ? ["PER", "B-PER", "X-Y"] : [] };
            var finder = new EntityFinder(Labels, spec, new TokenWords(tokenizer), Math.Min(stride, length - 3));
            var points = new CodePointText();
            points.Set(text);
            var windows = new List<PlainWindow>();
            for (var w = 0; w < buffer.Count; w++)
            {
                var logits = new float[buffer.Length(w) * Labels.Length];
                for (var i = 0; i < logits.Length; i++)
                {
                    logits[i] = (float)(random.NextDouble() * 6 - 3);
                }

                finder.Add(logits, buffer.Ids(w), buffer.Offsets(w), buffer.SpecialTokensMask(w), points);
                windows.Add(PlainWindow.Of(buffer, w, logits, tokenizer, text));
            }

            var expected = Plain(windows, spec, Math.Min(stride, length - 3));
            var entities = finder.Find();
            Assert.Equal(expected.Select(e => (e.Label, e.Start, e.End)), entities.Select(e => (e.Label, e.Start, e.End)));
            Assert.All(expected.Zip(entities), p => Assert.Equal(p.First.Score, p.Second.Score, 1e-5));
            found += expected.Count;
        }

        Assert.True(found > 100);
    }

    [Fact]
    public void Find_LabelsOfTheDocumentationsExample_GroupsThem()
    {
        var tokenizer = Tokenizer.Load(ModelCache.Get(new()));
        string[] labels = ["O", "B-TAG", "I-TAG", "B-TAG2"];
        var buffer = new EncodingBuffer();
        tokenizer.CreateEncoder(new() { WithOffsets = true, CodePointOffsets = true }).Encode("a b c d e f", buffer);
        Assert.Equal(8, buffer.Length(0));
        int[] best = [0, 1, 2, 2, 3, 3, 0, 0];
        var logits = new float[8 * 4];
        for (var t = 0; t < 8; t++)
        {
            logits[t * 4 + best[t]] = 5;
        }

        var finder = new EntityFinder(labels, new TagSpec(), new TokenWords(tokenizer), 0);
        var text = new CodePointText();
        text.Set("a b c d e f");
        finder.Add(logits, buffer.Ids(0), buffer.Offsets(0), buffer.SpecialTokensMask(0), text);
        var score = Math.Exp(5) / (Math.Exp(5) + 3);
        Assert.Equal([("TAG", 0, 5), ("TAG2", 6, 7), ("TAG2", 8, 9)], finder.Find().Select(e => (e.Label, e.Start, e.End)));
        Assert.All(finder.Find(), e => Assert.Equal(score, e.Score, 1e-6));
    }

    /// <summary>One window, token by token.</summary>
    sealed record PlainWindow(List<double[]> Scores, List<(int Start, int End)> Places, List<bool> Inside)
    {
        public static PlainWindow Of(EncodingBuffer buffer, int window, float[] logits, Tokenizer tokenizer, string text)
        {
            var points = text.EnumerateRunes().ToArray();
            var plain = new PlainWindow([], [], []);
            for (var t = 0; t < buffer.Length(window); t++)
            {
                var offset = buffer.Offsets(window)[t];
                if (offset.Sequence < 0)
                {
                    continue;
                }

                var exps = Enumerable.Range(0, Labels.Length).Select(l => Math.Exp(logits[t * Labels.Length + l])).ToArray();
                plain.Scores.Add([.. exps.Select(e => e / exps.Sum())]);
                plain.Places.Add((offset.Start, offset.End));
                var token = tokenizer.IdToToken(buffer.Ids(window)[t])!;
                plain.Inside.Add(
                    token != "[UNK]"
                        && (
                            tokenizer.MarksContinuations
                                ? token.StartsWith("##", StringComparison.Ordinal)
                                : offset.Start > 0
                                    && points[(offset.Start - 1)..Math.Min(points.Length, offset.Start + 1)].All(r => r != new Rune(' '))
                        )
                );
            }

            return plain;
        }
    }

    static List<(string Label, double Score, int Start, int End)> Plain(List<PlainWindow> windows, TagSpec spec, int stride)
    {
        var result = new List<(string Label, double Score, int Start, int End)>();
        var first = windows.Select((_, w) => w == 0 ? 0 : w * (windows[0].Scores.Count - stride)).ToArray();
        var taken = new Dictionary<int, int>();
        for (var w = 0; w < windows.Count; w++)
        {
            var window = windows[w];
            // Words, each with its tokens and the scores that count.
            var words = new List<(List<int> Tokens, double[] Scores)>();
            for (var t = 0; t < window.Scores.Count; t++)
            {
                if (spec.Aggregation is TagAggregation.None or TagAggregation.Simple || words.Count == 0 || !window.Inside[t])
                {
                    words.Add(([t], []));
                }
                else
                {
                    words[^1].Tokens.Add(t);
                }
            }

            words =
            [
                .. words.Select(word =>
                    (
                        word.Tokens,
                        spec.Aggregation switch
                        {
                            TagAggregation.Average => Enumerable
                                .Range(0, Labels.Length)
                                .Select(l => word.Tokens.Average(t => window.Scores[t][l]))
                                .ToArray(),
                            TagAggregation.Max => window.Scores[word.Tokens.MaxBy(t => window.Scores[t].Max())],
                            _ => window.Scores[word.Tokens[0]],
                        }
                    )
                ),
            ];
            var groups = new List<List<(List<int> Tokens, string Label, double Score)>>();
            foreach (var (tokens, scores) in words)
            {
                var label = Labels[Array.IndexOf(scores, scores.Max())];
                var one = (tokens, label, scores.Max());
                if (
                    spec.Aggregation != TagAggregation.None
                    && groups.Count > 0
                    && !label.StartsWith("B-", StringComparison.Ordinal)
                    && Tag(label) == Tag(groups[^1][^1].Label)
                )
                {
                    groups[^1].Add(one);
                }
                else
                {
                    groups.Add([one]);
                }
            }

            foreach (var group in groups)
            {
                var name = group[0].Label;
                name = spec.Aggregation == TagAggregation.None ? name : name.Split('-', 2)[^1];
                var tokens = group.SelectMany(g => g.Tokens).ToArray();
                if (!(spec.Labels.Count == 0 ? name != "O" : spec.Labels.Contains(name)) || OwnerOf(first[w] + tokens[0]) != w)
                {
                    continue;
                }

                if (
                    tokens.Any(t => taken.TryGetValue(first[w] + t, out var by) && by < w)
                    || taken.Any(k => k.Value < w && k.Key >= first[w] + tokens[0])
                )
                {
                    continue;
                }

                foreach (var t in tokens)
                {
                    taken[first[w] + t] = w;
                }

                result.Add((name, group.Average(g => g.Score), window.Places[tokens[0]].Start, window.Places[tokens[^1]].End));
            }
        }

        return result;

        int OwnerOf(int token) =>
            Enumerable
                .Range(0, windows.Count)
                .Where(w => token >= first[w] && token < first[w] + windows[w].Scores.Count)
                .MaxBy(w =>
                    Math.Min(
                        w == 0 ? 1000 : token - first[w],
                        w == windows.Count - 1 ? 1000 : first[w] + windows[w].Scores.Count - 1 - token
                    )
                );

        static string Tag(string label) => label[..Math.Min(2, label.Length)] is "B-" or "I-" ? label[2..] : label;
    }
}
