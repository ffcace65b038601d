namespace ProcessingJob.Inference.Heads;

/// <summary>What follows pooling: the folder's modules, truncation, then normalisation. One per thread.</summary>
sealed class EmbedFinish(EmbedPlan plan)
{
    readonly float[] _front = new float[Widest(plan)];
    readonly float[] _back = new float[Widest(plan)];

    /// <param name="pooled"><see cref="EmbedPlan.PooledSize"/> floats.</param>
    /// <param name="result"><see cref="EmbedPlan.Width"/> floats, overwritten.</param>
    public void Apply(ReadOnlySpan<float> pooled, Span<float> result)
    {
        var (target, other) = (_front, _back);
        for (var s = 0; s < plan.Stages.Count; s++)
        {
            var stage = plan.Stages[s];
            var outputs = target.AsSpan(0, stage.Outputs(pooled.Length));
            stage.Apply(pooled, outputs);
            pooled = outputs;
            (target, other) = (other, target);
        }

        pooled[..plan.Width].CopyTo(result);
        if (plan.Normalize)
        {
            NormalizeStage.Instance.Apply(result, result);
        }
    }

    static int Widest(EmbedPlan plan)
    {
        var (widest, width) = (0, plan.PooledSize);
        foreach (var stage in plan.Stages)
        {
            width = stage.Outputs(width);
            widest = Math.Max(widest, width);
        }

        return widest;
    }
}
