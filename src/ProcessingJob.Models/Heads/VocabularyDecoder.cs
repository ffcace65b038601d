using ProcessingJob.Models.Graphs;
using ProcessingJob.Models.Weights;

namespace ProcessingJob.Models.Heads;

/// <summary>A language model's last layer: logits [b, s, vocabulary] are Input · Tableᵀ + Bias.</summary>
/// <param name="Input">What every token is decoded from.</param>
/// <param name="Table">[vocabulary, width]</param>
/// <param name="Bias">[vocabulary]; null: none.</param>
sealed record VocabularyDecoder(Value Input, StoredTensor Table, StoredTensor? Bias)
{
    /// <summary>
    /// Vocabulary entries whose logits are there at a time: a multilingual vocabulary has 250,000, which for every token of a batch is more
    /// than the encoder itself takes.
    /// </summary>
    const int MostEntries = 32_768;

    int Entries => (int)Table.Shape[0];

    /// <summary>[b, s, vocabulary]</summary>
    public Value Logits(GraphBuilder g) => LogitsOf(g, Input, Table, Bias);

    /// <summary>[b, vocabulary] in float32; padding has no part in it.</summary>
    public Value Weights(GraphBuilder g, VocabularyPooling pooling)
    {
        var input = pooling.Sum ? Input : g.PaddingAsFirstToken(Input);
        var parts = new List<Value>();
        for (var start = 0; start < Entries; start += MostEntries)
        {
            var count = Math.Min(MostEntries, Entries - start);
            var logits =
                count == Entries ? LogitsOf(g, input, Table, Bias) : LogitsOf(g, input, Table.Rows(start, count), Bias?.Rows(start, count));
            // The logarithms grow with their argument, so the largest is taken before them.
            parts.Add(
                pooling.Sum
                    ? g.SumOfTokens(Activate(g, g.Cast(logits, ElementType.Float32), pooling.DoubleLog))
                    : Activate(g, g.Cast(g.LargestOfTokens(logits), ElementType.Float32), pooling.DoubleLog)
            );
        }

        return parts is [var whole] ? whole : g.Concatenate(parts);
    }

    /// <summary>[b, 1]: the last token's logit of one entry less that of another.</summary>
    public Value Score(GraphBuilder g, int entry, int? other)
    {
        var last = g.TokenAt(Input, g.LastPositions);
        var score = LogitOf(entry);
        return other is { } less ? g.Subtract(score, LogitOf(less)) : score;

        Value LogitOf(int row) =>
            row < Entries
                ? LogitsOf(g, last, Table.Rows(row, 1), Bias?.Rows(row, 1))
                : throw g.Refuse($"LogitScore reads the token {row}, but the vocabulary has {Entries} entries");
    }

    static Value LogitsOf(GraphBuilder g, Value x, StoredTensor table, StoredTensor? bias) =>
        g.Linear(x, g.Weight(table, x.Type), (int)table.Shape[0], bias is null ? null : g.Weight(bias, x.Type));

    static Value Activate(GraphBuilder g, Value x, bool doubleLog)
    {
        var y = LogOfOneMore(g, g.Activate(x, Configs.Activation.Relu));
        return doubleLog ? LogOfOneMore(g, y) : y;
    }

    static Value LogOfOneMore(GraphBuilder g, Value x) =>
        g.Node(x, "Log", [g.Node(x, "Add", [x.Name, g.Real(1, ElementType.Float32)]).Name]);
}
