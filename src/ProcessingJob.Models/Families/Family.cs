using ProcessingJob.Models.Configs;
using ProcessingJob.Models.Graphs;
using ProcessingJob.Models.Heads;

namespace ProcessingJob.Models.Families;

/// <summary>Embeddings and layers: gives last_hidden_state [b, s, hidden].</summary>
delegate Value GraphEncoder(GraphBuilder graph, ConfigReader config);

/// <summary>A model_type: its layers and its heads. A head that is null is refused.</summary>
sealed record Family(string ModelType, GraphEncoder Encode)
{
    /// <summary>Gives logits [b, labels].</summary>
    public Head? Sequence { get; init; }

    /// <summary>Gives logits [b, s, labels].</summary>
    public Head? Tokens { get; init; }

    /// <summary>Gives logits [b, s, 2].</summary>
    public Head? Answers { get; init; }

    /// <summary>Masked language models.</summary>
    public DecoderHead? Masked { get; init; }

    /// <summary>Causal language models.</summary>
    public DecoderHead? Causal { get; init; }

    /// <summary>Gives pooler_output [b, width]; null where the family has none.</summary>
    public Head? Pooler { get; init; }

    /// <summary>Gives text_embeds [b, width] beside a pooler's output, where the checkpoint has a text_projection.</summary>
    public Head? Projection { get; init; }
}
