using ProcessingJob.Contract;
using ProcessingJob.Contract.Output;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Inference.Heads;
using ProcessingJob.Testing;

namespace ProcessingJob.Inference.Tests;

/// <summary>Expected values are those of sentence_transformers.quantize_embeddings, worked out by hand from its formulas.</summary>
public sealed class QuantizerTests
{
    [Fact]
    public void Quantize_Int8AndUint8_TruncateStepsOfTheRange()
    {
        // min -1, max 1: step 2/255, which float32 rounds up, so that 1 is 254.99998 steps. 0.25 is 159.375; -1 is 0; 0 is 127.5.
        var ranges = new EmbeddingRanges([-1, -1, -1, -1], [1, 1, 1, 1]);
        var bytes = new byte[4];
        Quantizer.Create(EmbeddingPrecision.Uint8, 4, ranges).Quantize([0.25f, -1, 1, 0], bytes);
        Assert.Equal([159, 0, 254, 127], bytes);
        // numpy's astype(int8) truncates towards zero after the shift: 127.5 - 128 = -0.5 becomes 0.
        var signed = new sbyte[4];
        Quantizer.Create(EmbeddingPrecision.Int8, 4, ranges).Quantize([0.25f, -1, 1, 0], signed);
        Assert.Equal([31, -128, 126, 0], signed);
    }

    [Fact]
    public void Quantize_OutsideTheRange_IsClamped()
    {
        var ranges = new EmbeddingRanges([-1, 0], [1, 0]);
        var bytes = new byte[2];
        Quantizer.Create(EmbeddingPrecision.Uint8, 2, ranges).Quantize([7, 3], bytes);
        Assert.Equal([255, 0], bytes);
        Quantizer.Create(EmbeddingPrecision.Uint8, 2, ranges).Quantize([-7, -3], bytes);
        Assert.Equal([0, 0], bytes);
    }

    [Fact]
    public void Quantize_Binary_PacksSignsHighestBitFirst()
    {
        float[] embedding = [1, -1, 0, 2, -3, 4, 5, -6, -1, -1, -1, -1, -1, -1, -1, 1];
        var bytes = new byte[2];
        var ubinary = Quantizer.Create(EmbeddingPrecision.Ubinary, 16);
        ubinary.Quantize(embedding, bytes);
        Assert.Equal([0b1001_0110, 0b0000_0001], bytes);
        Assert.Equal(2, ubinary.StoredValues);
        var signed = new sbyte[2];
        Quantizer.Create(EmbeddingPrecision.Binary, 16).Quantize(embedding, signed);
        Assert.Equal([0b1001_0110 - 128, 1 - 128], signed);
    }

    [Fact]
    public void Quantize_Float16_RoundsToNearest()
    {
        var halves = new Half[2];
        Quantizer.Create(EmbeddingPrecision.Float16, 2).Quantize([0.1f, 70000f], halves);
        Assert.Equal([(Half)0.1f, Half.PositiveInfinity], halves);
    }

    [Fact]
    public void Create_WhatDoesNotFit_IsRefused()
    {
        Assert.Contains("embed.ranges", Refusal(() => Quantizer.Create(EmbeddingPrecision.Int8, 4)));
        Assert.Contains("2 dimensions", Refusal(() => Quantizer.Create(EmbeddingPrecision.Int8, 4, new([0, 0], [1, 1]))));
        Assert.Contains("packs 8", Refusal(() => Quantizer.Create(EmbeddingPrecision.Binary, 12)));
    }

    [Fact]
    public void Load_BothForms_AreRead()
    {
        using var folder = new TempFolder();
        var collector = new RangesCollector(2);
        collector.Add([1, -2]);
        collector.Add([-3, 5]);
        collector.ToRanges().Save(folder["a.json"]);
        folder.Write("b.json", "[[-3,-2],[1,5]]");
        foreach (var name in (string[])["a.json", "b.json"])
        {
            var ranges = EmbeddingRanges.Load(folder[name]);
            Assert.Equal([-3, -2], ranges.Min);
            Assert.Equal([1, 5], ranges.Max);
        }
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[1,2]")]
    [InlineData("{\"min\":[1],\"max\":[0]}")]
    [InlineData("{\"min\":[1],\"max\":[2,3]}")]
    [InlineData("{\"min\":\"a\"")]
    public void Load_SomethingElse_IsRefused(string json)
    {
        using var folder = new TempFolder();
        Assert.Contains("r.json", Refusal(() => EmbeddingRanges.Load(folder.Write("r.json", json))));
        Assert.Contains("none.json", Refusal(() => EmbeddingRanges.Load(folder["none.json"])));
    }

    static string Refusal(Action action)
    {
        var e = Assert.Throws<PJobException>(action);
        Assert.Equal(ExitCode.BadSpec, e.ExitCode);
        return e.Message;
    }
}
