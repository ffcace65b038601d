using ProcessingJob.Contract;
using ProcessingJob.Inference.Devices;
using ProcessingJob.Tokenization;

namespace ProcessingJob.Inference.Engine;

/// <summary>
/// Runs the largest batch once, so that a GPU's memory arena is sized for it at the start and not by a ratchet of growing shapes.
/// </summary>
static class WarmUp
{
    /// <returns>False when the largest batch does not fit: the engine will halve it when it comes.</returns>
    /// <exception cref="PJobException">Model: not even one text of the greatest length fits.</exception>
    public static bool Run(IDevice device, ModelOutput output, BatchRules rules)
    {
        var rows = rules.RowsOf(rules.PaddedLength(rules.MaxLength));
        using var runner = device.CreateRunner();
        try
        {
            Run(runner, output, rules, rows);
            return true;
        }
        catch (DeviceMemoryException) when (rows > 1)
        {
            try
            {
                Run(runner, output, rules, 1);
                return false;
            }
            catch (DeviceMemoryException e)
            {
                throw TooSmall(device, rules.MaxLength, e);
            }
        }
        catch (DeviceMemoryException e)
        {
            throw TooSmall(device, rules.MaxLength, e);
        }
    }

    /// <summary>What is said when one text alone does not fit.</summary>
    public static PJobException TooSmall(IDevice device, int length, DeviceMemoryException e) =>
        new(
            $"{device.Name} has not enough memory for one text of {length} tokens"
                + DeviceMemory.Words(device)
                + $"; fix: lower tokens.max_length or take an instance type with more GPU memory ({e.Message})",
            ExitCode.Model,
            e
        );

    static void Run(IRunner runner, ModelOutput output, BatchRules rules, int rows)
    {
        var block = new EncodingBuffer();
        var ids = new int[rules.MaxLength];
        for (var r = 0; r < rows; r++)
        {
            block.Add(ids);
        }

        var batch = new Batch(block, Enumerable.Range(0, rows).ToArray(), rules.PaddedLength(rules.MaxLength));
        runner.Run(batch, new float[rows * output.Floats(batch.Length)]);
    }
}
