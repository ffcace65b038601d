using ProcessingJob.Contract;

namespace ProcessingJob.Inference;

/// <summary>Everything an engine is made of, decided from the model and the options.</summary>
sealed record EngineSetup
{
    // Padded tokens per batch: enough to fill a GPU.
    const int CudaTokenBudget = 16_384;

    public required IReadOnlyList<IDevice> Devices { get; init; }

    public required HeadPlan Head { get; init; }

    public required BatchRules Rules { get; init; }

    public DeviceKind Kind { get; init; } = DeviceKind.Cpu;

    public int WindowRows { get; init; } = EngineOptions.CpuWindowRows;

    public string Summary { get; init; } = "";

    /// <summary>Relative to the model folder.</summary>
    public string ModelFile { get; init; } = "";

    public bool Deduplicate { get; init; } = true;

    public Action<EngineMessage>? Log { get; init; }

    /// <summary>Opens the float32 session that repeats rows that were not finite; null when there is no other than the main one.</summary>
    public Func<IDevice>? Float32 { get; init; }

    /// <summary>The library's log lines on their way to <see cref="Log"/>.</summary>
    public IDisposable? Listening { get; init; }

    public static EngineSetup Create(ModelFolder model, EngineOptions options)
    {
        Check(options.TokenBudget, 16, 1 << 20, "compute.token_budget");
        Check(options.Callers, 1, 1024, "Callers");
        Check(options.ThreadsPerCall, 1, 1024, "threads per call");
        var maxLength = options.MaxLength ?? model.MaxLength;
        var positions = model.Config.Positions ?? int.MaxValue;
        if (maxLength < 1 || maxLength > positions)
        {
            throw new PJobException(
                $"tokens.max_length: found {maxLength}, but the model has positions for 1 to {positions} tokens.",
                ExitCode.BadSpec
            );
        }

        var (kind, gpus, why) = Choose(options.Device);
        var file = model.Candidate(kind);
        var head = HeadPlan.Create(model, file, options.Task, options.Embed);
        var cuda = kind == DeviceKind.Cuda;
        var rules = new BatchRules(
            options.TokenBudget ?? (cuda ? CudaTokenBudget : EngineOptions.CpuTokenBudget),
            maxLength,
            FewShapes: cuda
        );
        // ProcessorCount is what affinity and the container's quota leave, not the host's number.
        var callers = options.Callers ?? (cuda ? 2 : Math.Max(1, Environment.ProcessorCount / options.ThreadsPerCall));
        var listening = options.Log is { } log ? OrtRuntime.Listen(log) : null;
        var devices = new List<IDevice>();
        try
        {
            for (var d = 0; d < (cuda ? gpus : 1); d++)
            {
                devices.Add(new OrtDevice(model, file, head, Settings(kind, d), callers, rules.Capacity, poolOnDevice: cuda));
            }

            if (cuda)
            {
                if (file.File.Precision == WeightPrecision.Float32)
                {
                    options.Log?.Invoke(
                        new EngineMessage(
                            false,
                            $"{file.File.Name} is float32; 'pjob model prepare' writes a float16 file for GPUs and checks it."
                        )
                    );
                }

                NumericGate.Check(model, file, head, Settings(kind, 0), maxLength);
                foreach (var device in devices)
                {
                    if (!WarmUp.Run(device, head, rules))
                    {
                        options.Log?.Invoke(
                            new EngineMessage(true, $"{device.Name}: {rules.TokenBudget} tokens do not fit; batches will be halved.")
                        );
                    }
                }
            }
        }
        catch
        {
            foreach (var device in devices)
            {
                device.Dispose();
            }

            listening?.Dispose();
            throw;
        }

        var summary = cuda
            ? $"cuda: {gpus} GPU{(gpus == 1 ? "" : "s")} x {callers} callers ({why})"
            : $"cpu: {callers} caller{(callers == 1 ? "" : "s")} x {options.ThreadsPerCall} thread{(options.ThreadsPerCall == 1 ? "" : "s")} ({why})";
        summary += $", {file.File.Name} ({file.File.Precision.ToString().ToLowerInvariant()}), {rules.TokenBudget} tokens per batch";
        return new EngineSetup
        {
            Devices = devices,
            Head = head,
            Rules = rules,
            Kind = kind,
            WindowRows = cuda ? 16_384 : EngineOptions.CpuWindowRows,
            Summary = summary,
            ModelFile = file.File.Name,
            Deduplicate = options.Deduplicate,
            Log = options.Log,
            Float32 = Fallback(),
            Listening = listening,
        };

        OrtSettings Settings(DeviceKind on, int device) =>
            new()
            {
                Kind = on,
                DeviceId = device,
                Threads = options.ThreadsPerCall,
                AllowTf32 = options.AllowTf32,
            };

        Func<IDevice>? Fallback()
        {
            var full = model.Candidates.FirstOrDefault(c => c.File.Precision == WeightPrecision.Float32);
            if (full is null || (full.Path == file.Path && !cuda))
            {
                return null;
            }

            return () =>
                new OrtDevice(
                    model,
                    full,
                    HeadPlan.Create(model, full, options.Task, options.Embed),
                    Settings(DeviceKind.Cpu, 0),
                    1,
                    rules.Capacity,
                    poolOnDevice: false
                );
        }
    }

    static (DeviceKind Kind, int Gpus, string Why) Choose(DeviceKind asked)
    {
        if (asked == DeviceKind.Cpu)
        {
            return (DeviceKind.Cpu, 0, "asked for");
        }

        var (count, reason) = CudaProvider.Find();
        if (count > 0)
        {
            return (DeviceKind.Cuda, count, reason);
        }

        return asked == DeviceKind.Auto
            ? (DeviceKind.Cpu, 0, reason)
            : throw new PJobException(
                $"compute.device is cuda, but {reason}. Use the CUDA image on a GPU instance, or device: auto.",
                ExitCode.Failed
            );
    }

    static void Check(int? value, int low, int high, string name)
    {
        if (value is { } v && (v < low || v > high))
        {
            throw new PJobException($"{name}: found {v}, expected {low:N0} to {high:N0}.", ExitCode.BadSpec);
        }
    }
}
