using ProcessingJob.Contract;
using ProcessingJob.Tokenization;

namespace ProcessingJob.Inference;

/// <summary>
/// Runs windows of encodings through a model: sorts a window by length, cuts it by the token budget, queues the batches to callers
/// shared by all devices and all windows in flight, and gives results in the window's order. Thread-safe.
/// </summary>
public sealed class Engine : IDisposable
{
    /// <summary>Opens the sessions and starts the callers.</summary>
    /// <exception cref="PJobException">Model: when the model cannot be used on the device.</exception>
    public static Engine Create(ModelFolder model, EngineOptions options) => throw new NotImplementedException();

    /// <summary>
    /// Encodes a window. The buffer must not be changed until the task ends; the same window gives the same bytes whatever else
    /// is in flight. Let two or three windows be in flight per device to keep it busy.
    /// </summary>
    public Task<WindowResult> RunAsync(EncodingBuffer window, CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>Floats per encoding: embedding size or number of labels; 0 for answer.</summary>
    public int Width => throw new NotImplementedException();

    /// <summary>Tokens a window should hold: enough for the sort to leave little padding, few enough to stay in memory.</summary>
    public int WindowTokens => throw new NotImplementedException();

    /// <summary>Windows worth having in flight at once.</summary>
    public int WindowsInFlight => throw new NotImplementedException();

    /// <summary>What runs the model and why, e.g. "cpu: 2 callers x 1 thread (no GPU found)".</summary>
    public string DeviceSummary => throw new NotImplementedException();

    /// <summary>What was chosen: Cpu or Cuda.</summary>
    public DeviceKind Device => throw new NotImplementedException();

    /// <summary>Rows a window should have: a fixed number per kind of device, so that batches do not change between runs.</summary>
    public int WindowRows => throw new NotImplementedException();

    /// <summary>The budget in use, in padded tokens.</summary>
    public int TokenBudget => throw new NotImplementedException();

    /// <summary>Counts and times so far.</summary>
    public EngineStats Stats => throw new NotImplementedException();

    public void Dispose() => throw new NotImplementedException();
}
