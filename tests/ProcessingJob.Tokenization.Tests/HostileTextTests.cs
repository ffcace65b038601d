using System.Diagnostics;

namespace ProcessingJob.Tokenization.Tests;

/// <summary>Long runs of one character: no family may take more than linear time (or nearly so) over them.</summary>
public class HostileTextTests
{
    const int Length = 100_000;

    public static TheoryData<string, string> Cases()
    {
        var cases = new TheoryData<string, string>();
        foreach (var vocabulary in (string[])["bert-base-uncased", "bert-base-multilingual-cased", "roberta-base", "gpt2", "t5-small", "xlm-roberta-base-rebuilt"])
            foreach (var unit in (string[])["a", "中", " ", "\u0301", "\u0301\u0316", "é", "😀", "'", "한"]) cases.Add(vocabulary, unit);
        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Encode_LongRun_CostsLinearTime(string vocabulary, string unit)
    {
        if (!Directory.Exists(Checkout.SharedData)) Assert.Skip("../shared/data is not here");
        var encoder = Parity.Loaded(Checkout.Vocabulary(vocabulary)).CreateEncoder(new EncodeOptions());
        var text = string.Concat(Enumerable.Repeat(unit, Length / unit.Length));
        var buffer = new EncodingBuffer();
        encoder.Encode(text, buffer);
        // Ten times the work of a tenth of the text, with much room for a busy machine: quadratic time would be a hundred times.
        var whole = Best(() => encoder.Encode(text, buffer));
        var tenth = Best(() => encoder.Encode(text.AsSpan(0, Length / 10), buffer));
        TestContext.Current.SendDiagnosticMessage($"{vocabulary} {(int)unit[0]:x4}: {whole.TotalMilliseconds:F1} ms");
        Assert.True(whole < tenth * 40 + TimeSpan.FromMilliseconds(50), $"{whole.TotalMilliseconds:F1} ms, a tenth of it {tenth.TotalMilliseconds:F1} ms");

        TimeSpan Best(Action run)
        {
            var best = TimeSpan.MaxValue;
            for (var i = 0; i < 3; i++)
            {
                buffer.Clear();
                var watch = Stopwatch.StartNew();
                run();
                if (watch.Elapsed < best) best = watch.Elapsed;
            }

            return best;
        }
    }
}
