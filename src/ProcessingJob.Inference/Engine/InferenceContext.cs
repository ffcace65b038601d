using ProcessingJob.Contract;
using ProcessingJob.Inference.Devices;
using ProcessingJob.Tokenization;

namespace ProcessingJob.Inference.Engine;

/// <summary>What inference threads share beyond the queue.</summary>
/// <param name="float32">Makes the device that repeats in float32 what was not finite; null when the model runs in float32 anyway.</param>
/// <param name="log">For what went wrong.</param>
/// <param name="findFault">Names the layer in which an encoding of a block becomes NaN or infinite; null: not to be found.</param>
/// <param name="deviceDied">Called when a device takes no more batches.</param>
sealed class InferenceContext(
    Func<IDevice>? float32,
    Action<EngineMessage>? log,
    Func<EncodingBuffer, int, string?>? findFault,
    Action<DeviceSlot, Exception> deviceDied
) : IDisposable
{
    readonly Lock _gate = new();
    readonly Lock _brokenGate = new();
    PJobException? _broken;
    Func<IDevice>? _open = float32;
    IDevice? _fallback;
    IRunner? _fallbackRunner;
    long _firstBatch;

    /// <summary>When the engine's first batch started: waiting is counted from there.</summary>
    public long FirstBatch(long now)
    {
        var before = Interlocked.CompareExchange(ref _firstBatch, now, 0);
        return before == 0 ? now : before;
    }

    public void Log(bool warning, string text) => log?.Invoke(new EngineMessage(warning, text));

    /// <summary>What is said of a broken model. One thread looks for the layer, which opens a session; others wait for it.</summary>
    /// <param name="example">A batch of one that is not finite.</param>
    /// <param name="texts">How many are not.</param>
    public PJobException Broken(in Batch example, string texts)
    {
        lock (_brokenGate)
        {
            if (_broken is null)
            {
                var layer = findFault?.Invoke(example.Block, example.Encodings[0]) is { } found ? $", first in {found}" : "";
                _broken = new PJobException(
                    $"the model is broken: {texts} give NaN or infinity{layer}; fix: use another model file or precision "
                        + "(compute.model_file, compute.device)",
                    ExitCode.Model
                );
            }

            return _broken;
        }
    }

    public void DeviceDied(DeviceSlot slot, Exception e) => deviceDied(slot, e);

    /// <summary>Runs a batch of one in float32 on a session of its own, opened when first needed. False when there is none, or none that
    /// works: its fault is not the fault of the device that asks, and only the row is lost.</summary>
    public bool RunInFloat32(in Batch batch, Span<float> output)
    {
        lock (_gate)
        {
            if (_open is null)
            {
                return false;
            }

            try
            {
                _fallback ??= _open();
                _fallbackRunner ??= _fallback.CreateRunner();
                _fallbackRunner.Run(batch, output);
                return true;
            }
            catch (Exception e) when (e is DeviceMemoryException or DeviceLostException or PJobException)
            {
                _open = null;
                Log(true, $"rows that are not finite cannot be repeated in float32: {e.Message}");
                return false;
            }
        }
    }

    public void Dispose()
    {
        _fallbackRunner?.Dispose();
        _fallback?.Dispose();
    }
}
