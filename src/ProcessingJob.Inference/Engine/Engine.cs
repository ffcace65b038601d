using System.Collections.Concurrent;
using ProcessingJob.Contract;
using ProcessingJob.Tokenization;

namespace ProcessingJob.Inference;

/// <summary>
/// Runs windows of encodings through a model: sorts a window by length, cuts it by the token budget, queues the batches to callers
/// shared by all devices and all windows in flight, and gives results in the window's order. Thread-safe.
/// </summary>
public sealed class Engine : IDisposable
{
    readonly EngineSetup _setup;
    readonly DeviceSlot[] _slots;
    readonly Caller[] _callers;
    readonly BatchQueue _queue = new();
    readonly EngineCounters _counters = new();
    readonly CallerContext _context;
    readonly ConcurrentBag<WindowResult> _pool = [];
    readonly HashSet<DeviceSlot> _givenUp = [];
    bool _disposed;

    internal Engine(EngineSetup setup)
    {
        _setup = setup;
        _context = new CallerContext(setup.Float32, setup.Log, OnDeviceDied);
        _slots = [.. setup.Devices.Select(d => new DeviceSlot(d))];
        _callers =
        [
            .. _slots.SelectMany(s =>
                Enumerable.Range(0, s.Device.Callers).Select(_ => new Caller(s, _queue, setup.Head, _counters, _context))
            ),
        ];
        foreach (var caller in _callers)
        {
            caller.Thread.Start();
        }
    }

    /// <summary>Opens the sessions and starts the callers.</summary>
    /// <exception cref="PJobException">Model: when the model cannot be used on the device. BadSpec: options that do not fit.</exception>
    public static Engine Create(ModelFolder model, EngineOptions options) => new(EngineSetup.Create(model, options));

    /// <summary>Floats per encoding: embedding size or number of labels; 0 for answer.</summary>
    public int Width => _setup.Head.Width;

    /// <summary>Rows a window should have: enough for the sort to leave little padding. Fixed per kind of device, so that the same unit
    /// is cut into the same windows everywhere.</summary>
    public int WindowRows => _setup.WindowRows;

    /// <summary>Windows worth having in flight at once.</summary>
    public int WindowsInFlight => 2 + (_callers.Length + 7) / 8;

    /// <summary>What runs the model and why, e.g. "cpu: 2 callers x 1 thread (no GPU found)".</summary>
    public string DeviceSummary => _setup.Summary;

    /// <summary>The .onnx file in use, relative to the model folder.</summary>
    public string ModelFile => _setup.ModelFile;

    /// <summary>What was chosen: Cpu or Cuda.</summary>
    public DeviceKind Device => _setup.Kind;

    /// <summary>The budget in use, in padded tokens.</summary>
    public int TokenBudget => _setup.Rules.TokenBudget;

    /// <summary>Counts and times so far.</summary>
    public EngineStats Stats => _counters.Read(_slots);

    /// <summary>
    /// Encodes a window. The buffer must not be changed until the task ends; the same window gives the same bytes whatever else
    /// is in flight. An encoding without tokens gives zeros. Let <see cref="WindowsInFlight"/> windows be in flight to keep the devices busy.
    /// </summary>
    /// <exception cref="ArgumentException">An encoding is longer than the engine was made for.</exception>
    public Task<WindowResult> RunAsync(EncodingBuffer window, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ArgumentNullException.ThrowIfNull(window);
        if (cancellationToken.IsCancellationRequested)
        {
            return Task.FromCanceled<WindowResult>(cancellationToken);
        }

        for (var i = 0; i < window.Count; i++)
        {
            if (window.Length(i) > _setup.Rules.MaxLength)
            {
                throw new ArgumentException(
                    $"encoding {i} has {window.Length(i)} tokens, expected at most {_setup.Rules.MaxLength}",
                    nameof(window)
                );
            }
        }

        if (!_pool.TryTake(out var result))
        {
            result = new WindowResult(_pool.Add);
        }

        result.Reset(window, _setup.Head.Width);
        if (window.Count == 0)
        {
            return Task.FromResult(result);
        }

        var job = new WindowJob(window, result, _setup.Rules, _setup.Deduplicate, cancellationToken);
        Interlocked.Increment(ref _counters.Windows);
        Interlocked.Add(ref _counters.Rows, window.Count);
        Interlocked.Add(ref _counters.Tokens, window.TokenCount);
        Interlocked.Add(ref _counters.DuplicateRows, job.Duplicates);
        if (job.Batches.Count == 0)
        {
            job.Complete();
        }
        else
        {
            _queue.Add(job);
        }

        return job.Completion;
    }

    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        _queue.Close(new ObjectDisposedException(nameof(Engine)));
        foreach (var caller in _callers)
        {
            caller.Thread.Join();
        }

        _context.Dispose();
        foreach (var slot in _slots)
        {
            slot.Dispose();
        }

        _setup.Listening?.Dispose();
    }

    void OnDeviceDied(DeviceSlot slot, Exception e)
    {
        lock (_givenUp)
        {
            // Each of its callers comes here.
            if (!_givenUp.Add(slot))
            {
                return;
            }

            _context.Log(true, $"{slot.Device.Name}: the session died again and is given up: {e.Message}");
            if (_slots.All(s => s.Dead))
            {
                _queue.Close(
                    new PJobException($"No device is left to run the model on. The last one said: {e.Message}", ExitCode.Failed, e)
                );
            }
        }
    }
}
