using ProcessingJob.Models.Folders;
using ProcessingJob.Tokenization;

namespace ProcessingJob.Inference.Engine;

/// <summary>Texts for tests of a model at its start: random tokens, none of them padding.</summary>
static class MadeUpTexts
{
    /// <param name="model">Whose tokens.</param>
    /// <param name="maxLength">Tokens that no text has more of.</param>
    /// <param name="lengths">Tokens of each.</param>
    /// <param name="seed">The same gives the same.</param>
    public static EncodingBuffer Of(ModelFolder model, int maxLength, ReadOnlySpan<int> lengths, int seed)
    {
        var random = new Random(seed);
        var block = new EncodingBuffer();
        foreach (var length in lengths)
        {
            var ids = new int[Math.Min(length, maxLength)];
            for (var k = 0; k < ids.Length; k++)
            {
                do
                {
                    ids[k] = random.Next(model.VocabularySize ?? 1000);
                } while (ids[k] == model.Config.PadId && model.VocabularySize > 1);
            }

            block.Add(ids);
        }

        return block;
    }
}
