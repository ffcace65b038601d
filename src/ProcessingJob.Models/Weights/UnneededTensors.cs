namespace ProcessingJob.Models.Weights;

/// <summary>Tensors that a checkpoint may hold and an encoder has no use for: buffers, and the heads that were not asked for.</summary>
static class UnneededTensors
{
    static readonly string[] Buffers = [".position_ids", ".inv_freq", "embeddings.token_type_ids"];

    static readonly string[] Heads =
    [
        "pooler.",
        "cls.",
        "lm_head.",
        "lm_predictions.",
        "classifier.",
        "pre_classifier.",
        "qa_outputs.",
        "score.",
        "predictions.",
        "dense.",
        "generator_predictions.",
        "generator_lm_head.",
        "discriminator_predictions.",
        "vocab_transform.",
        "vocab_layer_norm.",
        "vocab_projector.",
        "head.",
        "decoder.",
        "mask_predictions.",
        "text_projection.",
    ];

    public static bool Contains(string name, string prefix) =>
        Array.Exists(Buffers, end => name.EndsWith(end, StringComparison.Ordinal))
        || Array.Exists(
            Heads,
            head => name.StartsWith(head, StringComparison.Ordinal) || name.StartsWith(prefix + head, StringComparison.Ordinal)
        );
}
