namespace ProcessingJob.Inference;

/// <summary>Inputs of a graph that the engine can feed.</summary>
static class ModelInputs
{
    public const string InputIds = "input_ids";
    public const string AttentionMask = "attention_mask";
    public const string TokenTypeIds = "token_type_ids";
    public const string PositionIds = "position_ids";

    public static readonly IReadOnlyList<string> Names = [InputIds, AttentionMask, TokenTypeIds, PositionIds];
}
