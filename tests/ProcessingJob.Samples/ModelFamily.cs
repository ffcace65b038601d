namespace ProcessingJob.Samples;

/// <summary>The encoder families that can be written.</summary>
public enum ModelFamily
{
    /// <summary>WordPiece, <c>token_type_ids</c>.</summary>
    Bert,

    /// <summary>Byte-level BPE, positions counted from <c>padding_idx + 1</c>, no token types.</summary>
    Roberta,

    /// <summary>WordPiece, no token types.</summary>
    DistilBert,

    /// <summary>Unigram with <c>▁</c> pieces, positions as RoBERTa.</summary>
    XlmRoberta,
}

/// <summary>What the graph computes after its last layer.</summary>
public enum ModelHead
{
    /// <summary>Output <c>last_hidden_state</c> [batch, sequence, hidden].</summary>
    Encoder,

    /// <summary>Outputs <c>start_logits</c> and <c>end_logits</c> [batch, sequence].</summary>
    QuestionAnswering,

    /// <summary>Output <c>logits</c> [batch, labels].</summary>
    SequenceClassification,
}
