using System.Text.RegularExpressions;

namespace ProcessingJob.Models.Folders;

/// <summary>Inputs of a graph that the engine can feed without being told.</summary>
public static partial class ModelInputs
{
    public const string InputIds = "input_ids";
    public const string AttentionMask = "attention_mask";
    public const string TokenTypeIds = "token_type_ids";
    public const string PositionIds = "position_ids";

    public static readonly IReadOnlyList<string> Names = [InputIds, AttentionMask, TokenTypeIds, PositionIds];

    /// <summary>Keys and values of earlier tokens, as a decoder's exports take them: there are none.</summary>
    public static bool IsPast(string name) => PastPattern().IsMatch(name);

    [GeneratedRegex(@"^past_key_values\.\d+\.(key|value)$")]
    private static partial Regex PastPattern();
}
