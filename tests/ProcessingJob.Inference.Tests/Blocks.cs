using ProcessingJob.Tokenization;

namespace ProcessingJob.Inference.Tests;

/// <summary>Makes blocks of encodings without a tokenizer.</summary>
static class Blocks
{
    /// <summary>Random ids, none equal to another encoding's unless by chance.</summary>
    public static EncodingBuffer Random(int seed, IEnumerable<int> lengths, int vocabulary = 3000)
    {
        var random = new Random(seed);
        var block = new EncodingBuffer();
        foreach (var length in lengths)
        {
            var ids = new int[length];
            for (var k = 0; k < length; k++)
            {
                ids[k] = random.Next(5, vocabulary);
            }

            block.Add(ids);
        }

        return block;
    }

    public static IEnumerable<int> Lengths(int seed, int count, int from = 2, int to = 100)
    {
        var random = new Random(seed);
        for (var i = 0; i < count; i++)
        {
            yield return random.Next(from, to + 1);
        }
    }
}
