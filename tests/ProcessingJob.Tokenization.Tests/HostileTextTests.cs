using System.Diagnostics;

namespace ProcessingJob.Tokenization.Tests;

/// <summary>Long runs of one character: no family may take more than linear time (or nearly so) over them.</summary>
public class HostileTextTests
{
    const int Length = 100_000;

    public static TheoryData<string, string> Cases()
    {
        var cases = new TheoryData<string, string>();
        foreach (
            var vocabulary in (string[])
                ["bert-base-uncased", "bert-base-multilingual-cased", "roberta-base", "gpt2", "t5-small", "xlm-roberta-base-rebuilt"]
        )
        {
            foreach (var unit in (string[])["a", "中", " ", "\u0301", "\u0301\u0316", "é", "😀", "'", "한"])
            {
                cases.Add(vocabulary, unit);
            }
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Encode_LongRun_EndsSoon(string vocabulary, string unit)
    {
        if (!Directory.Exists(Checkout.SharedData))
        {
            Assert.Skip("../shared/data is not here");
        }

        var encoder = Parity.Loaded(Checkout.Vocabulary(vocabulary)).CreateEncoder(new EncodeOptions());
        var text = string.Concat(Enumerable.Repeat(unit, Length / unit.Length));
        var buffer = new EncodingBuffer();
        encoder.Encode(text, buffer);
        // Milliseconds when it is linear, minutes when it is not: no busy machine reaches the bound.
        buffer.Clear();
        var watch = Stopwatch.StartNew();
        encoder.Encode(text, buffer);
        TestContext.Current.SendDiagnosticMessage($"{vocabulary} {(int)unit[0]:x4}: {watch.Elapsed.TotalMilliseconds:F1} ms");
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(10), $"{watch.Elapsed.TotalMilliseconds:F1} ms");
    }
}
