using ProcessingJob.Samples;
using ProcessingJob.Testing;

namespace ProcessingJob.Benchmarks;

/// <summary>Models of well-known shapes with random weights: speed does not depend on the weights.</summary>
static class Models
{
    public static string MiniLm => Get(ModelFamily.Bert, ModelSize.MiniLmL6, "bert-base-uncased");

    public static string DistilBert => Get(ModelFamily.DistilBert, ModelSize.DistilBertBase, "bert-base-uncased");

    public static string Roberta => Get(ModelFamily.Roberta, ModelSize.RobertaBase, "roberta-base");

    static string Get(ModelFamily family, ModelSize size, string vocabulary) =>
        ModelCache.Get(
            new SampleModelOptions
            {
                Family = family,
                Size = size,
                Normalize = true,
                // A real vocabulary gives real lengths.
                TokenizerFolder = SharedData.TryFind($"vocabs/{vocabulary}", out var folder, out _) ? folder : null,
            }
        );
}
