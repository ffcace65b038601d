using System.Collections.Concurrent;
using System.Diagnostics;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Output;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Inference.Devices;
using ProcessingJob.Models.Folders;
using ProcessingJob.Tokenization;

namespace ProcessingJob.Inference.Engine;

/// <summary>
/// Runs blocks of encodings through a model: sorts a block by length, cuts it by the token budget, queues the batches to inference threads
/// shared by all devices and all blocks in flight, and gives results in the block's order. Thread-safe.
/// </summary>
public sealed class InferenceEngine : IDisposable
{
    readonly EngineSetup _setup;
    readonly DeviceSlot[] _slots;
    readonly InferenceThread[] _threads;
    readonly BatchQueue _queue = new();
    readonly EngineCounters _counters = new();
    readonly InferenceContext _context;
    readonly ConcurrentBag<BlockResult> _pool = [];
    readonly HashSet<DeviceSlot> _givenUp = [];
    readonly TaskCompletionSource<BlockResult> _lost = new(TaskCreationOptions.RunContinuationsAsynchronously);
    bool _disposed;

    internal InferenceEngine(EngineSetup setup)
    {
        _setup = setup;
        _context = new InferenceContext(setup.Float32, setup.Log, setup.FindFault, OnDeviceDied);
        _slots = [.. setup.Devices.Select(d => new DeviceSlot(d, setup.Profile.Revives))];
        _threads =
        [
            .. _slots.SelectMany(s =>
                Enumerable.Range(0, s.Device.Threads).Select(_ => new InferenceThread(s, _queue, setup.Output, _counters, _context))
            ),
        ];
        foreach (var thread in _threads)
        {
            thread.Thread.Start();
        }
    }

    /// <summary>Opens the sessions and starts the inference threads.</summary>
    /// <exception cref="PJobException">Model: when the model cannot be used on the device. BadSpec: options that do not fit.</exception>
    public static InferenceEngine Create(ModelFolder model, EngineOptions options) => new(EngineSetup.Create(model, options));

    /// <summary>Runs on devices that are not of this library. It disposes them.</summary>
    /// <param name="devices">One at least.</param>
    /// <param name="output">What they write for each encoding.</param>
    /// <param name="maxLength">Tokens of the longest encoding that will be submitted.</param>
    /// <param name="options">Token budget, deduplication and log. Device cuda: a device that fails ends all work, as a GPU does.</param>
    public static InferenceEngine Create(IReadOnlyList<IDevice> devices, ModelOutput output, int maxLength, EngineOptions options) =>
        new(
            new EngineSetup
            {
                Devices = devices,
                Profile = DeviceProfile.Cpu with { Revives = options.Device != DeviceKind.Cuda },
                Output = output,
                Rules = new BatchRules(options.TokenBudget ?? DeviceProfile.Cpu.TokenBudget, maxLength, FewShapes: false),
                Summary = string.Join(", ", devices.Select(d => d.Name)),
                Deduplicate = options.Deduplicate,
                Log = options.Log,
            }
        );

    /// <summary>What comes of each encoding.</summary>
    public ModelOutput Output => _setup.Output;

    /// <summary>Rows a block should have: enough for the sort to leave little padding. Fixed per kind of device, so that the same unit
    /// is cut into the same blocks everywhere.</summary>
    public int BlockRows => _setup.Profile.BlockRows;

    /// <summary>Blocks worth having in flight at once.</summary>
    public int BlocksInFlight => 2 + (_threads.Length + 7) / 8;

    /// <summary>What runs the model and why, e.g. "cpu: 2 threads (no GPU found)".</summary>
    public string DeviceSummary => _setup.Summary;

    /// <summary>What the model is run from; null for devices that are not of this library.</summary>
    public ModelFile? ModelFile => _setup.ModelFile;

    /// <summary>Why this file, e.g. "preferred on cuda".</summary>
    public string ModelFileReason => _setup.Resolved.ModelFileReason ?? "";

    /// <summary>What "auto" came to: pooling and width, graph, precision. Empty for devices that are not of this library.</summary>
    public ResolvedSettings Resolved => _setup.Resolved;

    /// <summary>What was chosen: Cpu or Cuda.</summary>
    public DeviceKind Device => _setup.Profile.Kind;

    /// <summary>ONNX Runtime's execution provider; null: no graph is run.</summary>
    public string? Provider => Computed is { Provider: not ComputeRecord.NoProvider and var provider } ? provider : null;

    /// <summary>How the numbers are made; null for devices that are not of this library.</summary>
    public ComputeRecord? Computed => _setup.Computed;

    /// <summary>Where the graph's nodes run; null: on a CPU.</summary>
    public GraphPlacement? Placement => _setup.Placement;

    /// <summary>The budget in use, in padded tokens.</summary>
    public int TokenBudget => _setup.Rules.TokenBudget;

    /// <summary>Counts and times so far.</summary>
    public EngineStats Stats => _counters.Read(_slots) with { QueuedBatches = _queue.Count };

    /// <summary>
    /// Encodes a block. The buffer must not be changed until the task ends; the same block gives the same bytes whatever else
    /// is in flight. An encoding without tokens gives zeros. Let <see cref="BlocksInFlight"/> blocks be in flight to keep the devices busy.
    /// </summary>
    /// <exception cref="ArgumentException">An encoding is longer than the engine was made for.</exception>
    public Task<BlockResult> RunAsync(EncodingBuffer block, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ArgumentNullException.ThrowIfNull(block);
        if (cancellationToken.IsCancellationRequested)
        {
            return Task.FromCanceled<BlockResult>(cancellationToken);
        }

        for (var i = 0; i < block.Count; i++)
        {
            if (block.Length(i) > _setup.Rules.MaxLength)
            {
                throw new ArgumentException(
                    $"encoding {i} has {block.Length(i)} tokens, expected at most {_setup.Rules.MaxLength}",
                    nameof(block)
                );
            }
        }

        if (!_pool.TryTake(out var result))
        {
            result = new BlockResult(_pool.Add);
        }

        result.Reset(block, _setup.Output);
        if (block.Count == 0)
        {
            return Task.FromResult(result);
        }

        var job = new BlockJob(block, result, _setup.Rules, _setup.Deduplicate, cancellationToken);
        Interlocked.Increment(ref _counters.Blocks);
        Interlocked.Add(ref _counters.Rows, block.Count);
        Interlocked.Add(ref _counters.Tokens, block.TokenCount);
        Interlocked.Add(ref _counters.DuplicateRows, job.Duplicates);
        if (job.Batches.Count == 0)
        {
            job.Complete();
        }
        else
        {
            _queue.Add(job);
        }

        return _setup.Profile.Revives ? job.Completion : UnlessLostAsync(job.Completion);
    }

    /// <summary>What is said of a device that is not made anew. Where the inner exception is a <see cref="DeviceLostException"/>, the
    /// worker ends without the libraries' farewells.</summary>
    internal static PJobException Lost(string device, Exception e) =>
        new(
            $"{device} failed and cannot be used any more: {e.Message}; fix: run the job again, it goes on from what is committed",
            ExitCode.Failed,
            e
        );

    /// <summary>A call that hangs on a lost device must not keep its block waiting.</summary>
    async Task<BlockResult> UnlessLostAsync(Task<BlockResult> block) =>
        await (await Task.WhenAny(block, _lost.Task).ConfigureAwait(false)).ConfigureAwait(false);

    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        _queue.Close(new ObjectDisposedException(nameof(InferenceEngine)));
        if (!JoinThreads())
        {
            // A call that never returns from a lost device: what it uses must stay, and the process is about to end.
            return;
        }

        _context.Dispose();
        foreach (var slot in _slots)
        {
            slot.Dispose();
        }

        foreach (var owned in _setup.Owned)
        {
            owned.Dispose();
        }
    }

    bool JoinThreads()
    {
        if (!_slots.Any(s => s.Dead))
        {
            foreach (var thread in _threads)
            {
                thread.Thread.Join();
            }

            return true;
        }

        var clock = Stopwatch.StartNew();
        return _threads.All(thread => thread.Thread.Join(TimeSpan.FromTicks(Math.Max(0, (_setup.CloseLimit - clock.Elapsed).Ticks))));
    }

    void OnDeviceDied(DeviceSlot slot, Exception e)
    {
        lock (_givenUp)
        {
            // Each of its threads comes here.
            if (!_givenUp.Add(slot))
            {
                return;
            }

            if (!_setup.Profile.Revives)
            {
                // The other GPUs could go on, but a host that is paid for whole shall not compute in part.
                var failure = Lost(slot.Device.Name, e);
                _queue.Close(failure);
                _lost.TrySetException(failure);
                // Nobody need wait for it.
                _ = _lost.Task.Exception;
                return;
            }

            _context.Log(true, $"{slot.Device.Name}: the session died again and is given up: {e.Message}");
            if (_slots.All(s => s.Dead))
            {
                _queue.Close(
                    new PJobException($"no device is left to run the model on; the last one said: {e.Message}", ExitCode.Failed, e)
                );
            }
        }
    }
}
