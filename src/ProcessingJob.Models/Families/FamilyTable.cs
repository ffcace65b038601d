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
        new("electra", Bert.EncodeElectra)
        {
            Sequence = SequenceHeads.Gelu,
            Tokens = TokenHeads.Classifier,
            Answers = TokenHeads.Answers,
            Masked = MaskedHeads.Electra,
        },
        Robertaish("roberta", Bert.EncodeRoberta),
        Robertaish("xlm-roberta", Bert.EncodeRoberta),
        Robertaish("camembert", Bert.EncodeRoberta),
        Robertaish("roberta-prelayernorm", PreNormBert.EncodeRobertaPreNorm),
        Robertaish("xlm-roberta-xl", PreNormBert.EncodeXlmRobertaXl),
        Bertish("megatron-bert", PreNormBert.EncodeMegatron),
        Bertish("albert", Albert.Encode) with
        {
            Sequence = SequenceHeads.AlbertPooled,
            Masked = MaskedHeads.Albert,
            Pooler = SequenceHeads.AlbertPooler,
        },
        Robertaish("mpnet", MpNet.Encode),
        Bertish("distilbert", DistilBert.Encode) with
        {
            Sequence = SequenceHeads.DistilBert,
            Masked = MaskedHeads.DistilBert,
            Pooler = null,
        },
        Bertish("deberta", Deberta.EncodeV1) with
        {
            Sequence = SequenceHeads.Deberta,
            Masked = MaskedHeads.Deberta,
            Pooler = null,
        },
        Bertish("deberta-v2", Deberta.EncodeV2) with
        {
            Sequence = SequenceHeads.Deberta,
            Masked = MaskedHeads.Deberta,
            Pooler = null,
        },
        Bertish("nomic_bert", RotaryBert.EncodeNomic) with
        {
            Masked = MaskedHeads.Nomic,
            Answers = null,
        },
        Bertish("gte", RotaryBert.EncodeGte) with
        {
            Masked = MaskedHeads.Roberta,
            Answers = null,
        },
        Bertish("new", RotaryBert.EncodeGte) with
        {
            Masked = MaskedHeads.Roberta,
            Answers = null,
        },
        Robertaish("jina_embeddings_v3", RotaryBert.EncodeJina),
        new("modernbert", ModernBert.Encode)
        {
            Sequence = SequenceHeads.ModernBert,
            Tokens = TokenHeads.ModernBertTokens,
            Answers = TokenHeads.ModernBertAnswers,
            Masked = MaskedHeads.ModernBert,
        },
        new("eurobert", Llama.EncodeEuroBert)
        {
            Sequence = SequenceHeads.EuroBert,
            Tokens = TokenHeads.Classifier,
            Masked = MaskedHeads.EuroBert,
        },
        Decoder("llama", Llama.Encode),
        Decoder("mistral", Llama.EncodeMistral),
        Decoder("qwen3", Llama.EncodeQwen3),
        new("gemma3_text", Gemma3.Encode) { Sequence = SequenceHeads.LastToken },
        new("t5", T5.Encode) { Tokens = TokenHeads.Classifier },
        new("mt5", T5.Encode) { Tokens = TokenHeads.Classifier },
        new("clip_text_model", ClipText.Encode) { Pooler = ClipText.Pool, Projection = ClipText.Project },
    }.ToDictionary(family => family.ModelType, StringComparer.Ordinal);

    /// <summary>Names of all families.</summary>
    public static IEnumerable<string> ModelTypes => Families.Keys;

    /// <summary>Null for a family that no graph can be built for.</summary>
    public static Family? Find(string modelType) => Families.GetValueOrDefault(modelType);

    static Family Bertish(string modelType, GraphEncoder encode) =>
        new(modelType, encode)
        {
            Sequence = SequenceHeads.Pooled,
            Tokens = TokenHeads.Classifier,
            Answers = TokenHeads.Answers,
            Masked = MaskedHeads.Bert,
            Pooler = SequenceHeads.Pooler,
        };

    static Family Robertaish(string modelType, GraphEncoder encode) =>
        Bertish(modelType, encode) with
        {
            Sequence = SequenceHeads.Tanh,
            Masked = MaskedHeads.Roberta,
        };

    static Family Decoder(string modelType, GraphEncoder encode) =>
        new(modelType, encode)
        {
            Sequence = SequenceHeads.LastToken,
            Tokens = TokenHeads.Score,
            Answers = TokenHeads.Answers,
            Causal = MaskedHeads.Causal,
        };
}
