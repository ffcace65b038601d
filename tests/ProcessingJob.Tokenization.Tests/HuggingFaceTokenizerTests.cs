using System.Buffers;
using ProcessingJob.Contract;

namespace ProcessingJob.Tokenization.Tests;

/// <summary>Our tokenizer through the abstract class of Microsoft.ML.Tokenizers, as that library's users call it.</summary>
public class HuggingFaceTokenizerTests(OwnVocabularies vocabularies) : IClassFixture<OwnVocabularies>
{
    static readonly string Bert = Path.Combine(Checkout.Root, "tests", "ProcessingJob.Tokenization.Tests", "Goldens", "bert-base");

    [Fact]
    public void EncodeToIds_OwnVocabularies_EqualsTheEncoder()
    {
        Assert.SkipWhen(Judge.Absent != null, Judge.Absent ?? "");
        foreach (var name in OwnVocabularies.Names)
        {
            Check(Path.GetDirectoryName(vocabularies.JsonOf(name))!, [.. vocabularies.Texts, .. Fuzz.Texts(200, seed: 8)]);
        }
    }

    [Fact]
    public void EncodeToIds_RealVocabularies_EqualsTheEncoder()
    {
        Assert.SkipUnless(Directory.Exists(Checkout.SharedData), "../shared/data is not here");
        List<string> texts = [.. Corpora.Names.SelectMany(name => Corpora.Read(name).Take(60)), .. Fuzz.Texts(200, seed: 9)];
        foreach (var folder in Directory.GetDirectories(Path.Combine(Checkout.SharedData, "vocabs")))
        {
            Check(folder, texts);
        }
    }

    [Fact]
    public void EncodeToIds_KeptFolders_EqualsTheEncoder()
    {
        foreach (var folder in Directory.GetDirectories(Path.GetDirectoryName(Bert)!))
        {
            Check(folder, [.. Fuzz.Texts(100, seed: 11), "", " ", "the cat sat on the mat"]);
        }
    }

    static void Check(string folder, IReadOnlyList<string> texts)
    {
        var tokenizer = Tokenizer.Load(folder);
        var buffer = new EncodingBuffer();
        foreach (var specials in new[] { true, false })
        {
            var encoder = tokenizer.CreateEncoder(new EncodeOptions { AddSpecialTokens = specials, WithOffsets = true });
            Microsoft.ML.Tokenizers.Tokenizer ours = HuggingFaceTokenizer.Load(folder, specials);
            foreach (var text in texts)
            {
                buffer.Clear();
                encoder.Encode(text, buffer);
                var expected = buffer.Ids(0).ToArray();

                Assert.Equal(expected, ours.EncodeToIds(text));
                Assert.Equal(expected.Length, ours.CountTokens(text.AsSpan()));
                var tokens = ours.EncodeToTokens(text, out var normalized);
                Assert.Null(normalized);
                Assert.Equal(expected, tokens.Select(t => t.Id));
                Assert.All(tokens, t => Assert.Equal(tokenizer.IdToToken(t.Id), t.Value));
                Assert.Equal(buffer.Offsets(0).ToArray().Select(o => o.Start..o.End), tokens.Select(t => t.Offset));
                Assert.Equal(tokenizer.Decode(expected), ours.Decode(expected));
                CheckLimits(ours, text, expected);
            }
        }
    }

    static void CheckLimits(Microsoft.ML.Tokenizers.Tokenizer ours, string text, int[] all)
    {
        foreach (var most in new[] { 1, 2, 3, 5, 9 })
        {
            var ids = ours.EncodeToIds(text, most, out _, out var consumed);
            Assert.True(ids.Count <= most);
            Assert.InRange(consumed, 0, text.Length);
            Assert.Equal(consumed, ours.GetIndexByTokenCount(text, most, out _, out var count));
            Assert.Equal(ids.Count, count);
            var start = ours.GetIndexByTokenCountFromEnd(text, most, out _, out var fromEnd);
            Assert.InRange(start, 0, text.Length);
            Assert.True(fromEnd <= most);
            if (all.Length <= most)
            {
                Assert.Equal((text.Length, 0, all.Length), (consumed, start, fromEnd));
                Assert.Equal(all, ids);
            }
        }
    }

    [Fact]
    public void EncodeToIds_Limit_KeepsTheTemplateAndSaysWhereItStopped()
    {
        Microsoft.ML.Tokenizers.Tokenizer tokenizer = HuggingFaceTokenizer.Load(Path.Combine(Bert, "tokenizer.json"));
        const string text = "the cat sat on the mat";
        var all = tokenizer.EncodeToIds(text);

        var ids = tokenizer.EncodeToIds(text, 5, out var normalized, out var consumed);

        Assert.Null(normalized);
        Assert.Equal([all[0], all[1], all[2], all[3], all[^1]], ids);
        Assert.Equal(tokenizer.EncodeToTokens(text, out _)[3].Offset.End.Value, consumed);
        Assert.Equal(all.Count, tokenizer.CountTokens(text));
        Assert.Empty(tokenizer.EncodeToIds(text, 1, out _, out var none));
        Assert.Equal(0, none);
    }

    [Fact]
    public void Decode_SmallDestination_TakesWhatFits()
    {
        var tokenizer = HuggingFaceTokenizer.Load(Bert);
        var ids = tokenizer.EncodeToIds("the cat sat on the mat");
        var whole = tokenizer.Decode(ids);
        var destination = new char[whole.Length];

        Assert.Equal(OperationStatus.Done, tokenizer.Decode(ids, destination, out var consumed, out var written));
        Assert.Equal((ids.Count, whole), (consumed, new string(destination, 0, written)));

        var status = tokenizer.Decode(ids, destination.AsSpan(0, whole.Length - 1), out consumed, out written);

        Assert.Equal(OperationStatus.DestinationTooSmall, status);
        Assert.InRange(consumed, 1, ids.Count - 1);
        Assert.StartsWith(new string(destination, 0, written), whole, StringComparison.Ordinal);
    }

    [Fact]
    public void EncodeToIds_ManyThreads_GiveTheSameIds()
    {
        var tokenizer = HuggingFaceTokenizer.Load(Bert);
        var texts = Fuzz.Texts(200, seed: 10).ToList();
        var expected = texts.Select(t => tokenizer.EncodeToIds(t)).ToList();

        Parallel.For(0, 2000, i => Assert.Equal(expected[i % texts.Count], tokenizer.EncodeToIds(texts[i % texts.Count])));
    }

    [Fact]
    public void EncodeToIds_WithoutNormalization_IsRefusedByName()
    {
        var tokenizer = HuggingFaceTokenizer.Load(Bert);

        var e = Assert.Throws<NotSupportedException>(() => tokenizer.EncodeToIds("A", considerNormalization: false));

        Assert.Contains("considerNormalization", e.Message);
        Assert.Throws<PJobException>(() => HuggingFaceTokenizer.Load(Path.Combine(Bert, "nothing-here")));
    }
}
