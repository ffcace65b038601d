using ProcessingJob.Inference.Devices;
using ProcessingJob.Tokenization;

namespace ProcessingJob.Inference.Engine;

/// <summary>Runs the largest batch once, so that a GPU's memory arena is sized for it at the start and not by a ratchet of growing shapes.</summary>
static class WarmUp
{
    /// <returns>False when the largest batch does not fit: the engine will halve it when it comes.</returns>
    public static bool Run(IDevice device, ModelOutput output, BatchRules rules)
    {
        var rows = rules.RowsOf(rules.PaddedLength(rules.MaxLength));
        var block = new EncodingBuffer();
        var ids = new int[rules.MaxLength];
        for (var r = 0; r < rows; r++)
        {
            block.Add(ids);
        }

        var encodings = Enumerable.Range(0, rows).ToArray();
        var batch = new Batch(block, encodings, rules.PaddedLength(rules.MaxLength));
        using var runner = device.CreateRunner();
        try
        {
            runner.Run(batch, new float[rows * output.Floats(batch.Length)]);
            return true;
        }
        catch (DeviceMemoryException)
        {
            return false;
        }
    }
}
