namespace ProcessingJob.Samples.Graphs;

/// <summary>How the families differ, in their graphs and in their config files.</summary>
/// <param name="ModelType">config.json's <c>model_type</c>.</param>
/// <param name="ClassName">Prefix of the class names in transformers.</param>
/// <param name="Epsilon">Of every layer normalisation.</param>
/// <param name="TokenTypes">Rows of the token type embedding; 0 for none.</param>
/// <param name="PadId">Id of the padding token, and RoBERTa's position offset.</param>
/// <param name="PositionsFromIds">Positions are counted over the ids that are not padding, from <c>PadId + 1</c>.</param>
sealed record FamilyTraits(string ModelType, string ClassName, float Epsilon, int TokenTypes, int PadId, bool PositionsFromIds)
{
    public bool HasTokenTypeInput => TokenTypes > 1;

    /// <summary>Rows of the position embedding.</summary>
    public int Positions(ModelSize size) => PositionsFromIds ? size.MaxLength + PadId + 1 : size.MaxLength;

    public static FamilyTraits Of(ModelFamily family) =>
        family switch
        {
            ModelFamily.Bert => new("bert", "Bert", 1e-12f, 2, 0, false),
            ModelFamily.DistilBert => new("distilbert", "DistilBert", 1e-12f, 0, 0, false),
            ModelFamily.Roberta => new("roberta", "Roberta", 1e-5f, 1, 1, true),
            ModelFamily.XlmRoberta => new("xlm-roberta", "XLMRoberta", 1e-5f, 1, 1, true),
            _ => throw new ArgumentOutOfRangeException(nameof(family), family, null),
        };
}
