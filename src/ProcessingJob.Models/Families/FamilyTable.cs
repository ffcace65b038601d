using ProcessingJob.Models.Heads;

namespace ProcessingJob.Models.Families;

/// <summary>The families that graphs are built for: a family is one file here beside, and one line in this table.</summary>
static class FamilyTable
{
    static readonly Dictionary<string, Family> Families = new Family[]
    {
        Bertish("bert", Bert.Encode),
        Bertish("ernie", Bert.EncodeErnie),
        Bertish("rembert", Bert.EncodeRemBert) with
        {
            Masked = MaskedHeads.RemBert,
        },
        Robertaish("roberta", Bert.EncodeRoberta),
        Robertaish("xlm-roberta", Bert.EncodeRoberta),
        Robertaish("camembert", Bert.EncodeRoberta),
        new("electra", Bert.EncodeElectra)
        {
            Sequence = SequenceHeads.Gelu,
            Tokens = TokenHeads.Classifier,
            Answers = TokenHeads.Answers,
            Masked = MaskedHeads.Electra,
        },
    }.ToDictionary(family => family.ModelType, StringComparer.Ordinal);

    /// <summary>Names of all families.</summary>
    public static IEnumerable<string> ModelTypes => Families.Keys;

    /// <summary>Null for a family that no graph can be built for.</summary>
    public static Family? Find(string modelType) => Families.GetValueOrDefault(modelType);

    static Family Bertish(string modelType, Func<Graphs.GraphBuilder, Configs.ConfigReader, Graphs.Value> encode) =>
        new(modelType, encode)
        {
            Sequence = SequenceHeads.Pooled,
            Tokens = TokenHeads.Classifier,
            Answers = TokenHeads.Answers,
            Masked = MaskedHeads.Bert,
            Pooler = SequenceHeads.Pooler,
        };

    static Family Robertaish(string modelType, Func<Graphs.GraphBuilder, Configs.ConfigReader, Graphs.Value> encode) =>
        Bertish(modelType, encode) with
        {
            Sequence = SequenceHeads.Tanh,
            Masked = MaskedHeads.Roberta,
        };
}
