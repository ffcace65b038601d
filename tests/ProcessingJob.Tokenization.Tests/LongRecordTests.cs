namespace ProcessingJob.Tokenization.Tests;

/// <summary>A record of any length costs what max_length needs, whatever it holds.</summary>
public sealed class LongRecordTests : IDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("long-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("WordPiece", "tea pot, ")]
    [InlineData("WordPiece", "tea [SEP] pot ")]
    [InlineData("WordPiece", "tea\u00a0pot\u3000")]
    [InlineData("BPE", "tea [SEP] pot ")]
    [InlineData("BPE", "tea <new> pot ")]
    public void Encode_LongRecord_ReadsOnlyItsStart(string model, string unit)
    {
        const string Tokens = """
            "added_tokens":[{"id":1,"content":"[SEP]","normalized":false,"special":true,"lstrip":true,"rstrip":true},{"id":9,"content":"<new>","normalized":true}]
            """;
        File.WriteAllText(
            Path.Combine(_folder, "tokenizer.json"),
            model == "BPE"
                ? $$"""{ {{Tokens}},"pre_tokenizer":{"type":"ByteLevel","add_prefix_space":true},"model":{"type":"BPE","merges":[],"vocab":{"t":0,"[SEP]":1,"e":2,"a":3,"p":4,"o":5,"\u0120":6,"<":7,">":8} } }"""
                : $$"""{ {{Tokens}},"normalizer":{"type":"BertNormalizer"},"pre_tokenizer":{"type":"BertPreTokenizer"},"model":{"type":"WordPiece","unk_token":"?","vocab":{"?":0,"[SEP]":1,"tea":2,"pot":3,",":4} } }"""
        );
        var tokenizer = Tokenizer.Load(_folder);
        var encoder = tokenizer.CreateEncoder(new EncodeOptions { MaxLength = 128, WithOffsets = true });
        var buffer = new EncodingBuffer();
        var text = string.Concat(Enumerable.Repeat(unit, 1_000_000));

        var before = GC.GetAllocatedBytesForCurrentThread();
        encoder.Encode(text, buffer);

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_000_000);
        var whole = new EncodingBuffer();
        tokenizer.CreateEncoder(new EncodeOptions { WithOffsets = true }).Encode(text.AsSpan(0, 2_000), whole);
        Assert.Equal(whole.Ids(0)[..128], buffer.Ids(0));
        Assert.Equal(whole.Offsets(0)[..128], buffer.Offsets(0));
    }
}
