namespace ProcessingJob.Models.Folders;

/// <summary>Inputs of a graph that the engine can feed.</summary>
public static class ModelInputs
{
    public const string InputIds = "input_ids";
    public const string AttentionMask = "attention_mask";
    public const string TokenTypeIds = "token_type_ids";
    public const string PositionIds = "position_ids";

    public static readonly IReadOnlyList<string> Names = [InputIds, AttentionMask, TokenTypeIds, PositionIds];
}
