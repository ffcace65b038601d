using ProcessingJob.Models.Configs;
using ProcessingJob.Models.Graphs;

namespace ProcessingJob.Models.Heads;

/// <summary>Which head a folder has, by the class that transformers saved it from.</summary>
public static class HeadChoice
{
    static readonly (string Ending, GraphHead Head)[] Endings =
    [
        ("ForSequenceClassification", GraphHead.SequenceClassification),
        ("ForTokenClassification", GraphHead.TokenClassification),
        ("ForQuestionAnswering", GraphHead.QuestionAnswering),
        ("ForMaskedLM", GraphHead.MaskedLanguageModel),
        ("Model", GraphHead.None),
        ("ModelWithProjection", GraphHead.None),
        ("ForPreTraining", GraphHead.None),
        ("ForCausalLM", GraphHead.None),
        ("ForConditionalGeneration", GraphHead.None),
    ];

    /// <summary>The head that a class of transformers is run with; null: it is none that this product knows.</summary>
    public static GraphHead? Find(string architecture)
    {
        foreach (var (ending, head) in Endings)
        {
            if (architecture.EndsWith(ending, StringComparison.Ordinal))
            {
                return head;
            }
        }

        return null;
    }

    /// <exception cref="Contract.PJobException">Model: the head is to be chosen, and the class is none that this product knows.</exception>
    internal static GraphHead Of(ConfigReader config, GraphHead asked)
    {
        if (asked != GraphHead.Auto || config.Texts("architectures") is not [var architecture, ..])
        {
            return asked == GraphHead.Auto ? GraphHead.None : asked;
        }

        return Find(architecture)
            ?? throw config.Refuse($"architectures names {architecture}, whose head is not implemented; fix: ask for the encoder alone");
    }
}
