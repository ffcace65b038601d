using ProcessingJob.Contract;
using ProcessingJob.Contract.Output;
using ProcessingJob.Inference.Devices;
using ProcessingJob.Inference.Heads;
using ProcessingJob.Models.Folders;
using ProcessingJob.Models.Onnx;
using ProcessingJob.Tokenization;

namespace ProcessingJob.Inference.Engine;

/// <summary>Everything an engine is made of, decided from the model and the options.</summary>
sealed record EngineSetup
{
    public required IReadOnlyList<IDevice> Devices { get; init; }

    public required ModelOutput Output { get; init; }

    public required BatchRules Rules { get; init; }

    public DeviceProfile Profile { get; init; } = DeviceProfile.Cpu;

    /// <summary>How long the end waits for threads that are inside a call of a device that was lost.</summary>
    public TimeSpan CloseLimit { get; init; } = TimeSpan.FromSeconds(15);

    public string Summary { get; init; } = "";

    /// <summary>How the numbers are made.</summary>
    public ComputeRecord? Computed { get; init; }

    /// <summary>Where the graph's nodes run; null: on a CPU, where there is no other place.</summary>
    public GraphPlacement? Placement { get; init; }

    public ModelFile? ModelFile { get; init; }

    /// <summary>What was chosen, for the manifest.</summary>
    public ResolvedSettings Resolved { get; init; } = new();

    public bool Deduplicate { get; init; } = true;

    public Action<EngineMessage>? Log { get; init; }

    /// <summary>Opens the float32 session that repeats rows that were not finite; null when there is no other than the main one.</summary>
    public Func<IDevice>? Float32 { get; init; }

    /// <summary>Names the layer in which an encoding of a block becomes NaN or infinite; null where it cannot be found.</summary>
    public Func<EncodingBuffer, int, string?>? FindFault { get; init; }

    /// <summary>What must live as long as the devices, and ends after them: their graphs, the library's log lines.</summary>
    public IReadOnlyList<IDisposable> Owned { get; init; } = [];

    public static EngineSetup Create(ModelFolder model, EngineOptions options)
    {
        Check(options.TokenBudget, 16, 1 << 20, "compute.token_budget");
        Check(options.Threads, 1, 1024, "threads");
        Check(options.IntraOpThreads, 1, 1024, "intra-op threads");
        var maxLength = options.MaxLength ?? model.MaxLength;
        model.RequireLength(maxLength);
        if (model.IsStatic)
        {
            return StaticSetup.Create(model, options, maxLength);
        }

        var (profile, count, why) = DeviceProfile.Choose(options.Device);
        var (file, whyFile) = model.SourceFor(profile.Kind);
        var head = TaskHeads.Create(model, file, options.Task, options.Embed);
        var rules = new BatchRules(options.TokenBudget ?? profile.TokenBudget, maxLength, profile.FewShapes, MostRows: head.MostRows);
        var threads = options.Threads ?? profile.Threads(options.IntraOpThreads);
        var devices = new List<IDevice>();
        var owned = new List<IDisposable>();
        ModelGraph graph;
        StartFindings found;
        try
        {
            if (options.Log is { } log)
            {
                owned.Add(OrtRuntime.Listen(log));
            }

            graph = file.Open();
            owned.Add(graph);
            for (var d = 0; d < count; d++)
            {
                devices.Add(new OrtDevice(model, graph, head, Settings(profile, d), threads, rules.Capacity, profile.ReadOnDevice));
            }

            found = StartCheck.Run(model, graph, head, devices, rules, Settings(profile, 0), options);
            rules = rules with { Alone = found.BatchDependent == true };
        }
        // What is on a lost device stays: to close its sessions may wait for it for ever.
        catch (Exception e) when (e.InnerException is not DeviceLostException)
        {
            foreach (var device in devices)
            {
                device.Dispose();
            }

            foreach (var one in owned)
            {
                one.Dispose();
            }

            throw;
        }

        return new EngineSetup
        {
            Devices = devices,
            Output = head.Output,
            Rules = rules,
            Profile = profile,
            Summary =
                $"{profile.Describe(count, threads, options.IntraOpThreads)} ({why}), {file.File.Name} "
                + $"({file.File.Precision.Words()}, {whyFile}), "
                + $"{(rules.Alone ? "one text per call" : $"{rules.TokenBudget} tokens per batch")}",
            Resolved = head.Settings with
            {
                GraphOrigin = file is OnnxSource ? "onnx" : "safetensors",
                ModelFile = file.File.Name,
                ModelFileReason = whyFile,
                GraphPrecision = Names.Of(file.File.Precision),
                BatchDependent = found.BatchDependent,
            },
            Computed = new ComputeRecord(profile.Provider, Names.Of(file.File.Precision), found.Placement?.IsFused ?? file.FusedAttention),
            Placement = found.Placement,
            ModelFile = file.File,
            Deduplicate = options.Deduplicate,
            Log = options.Log,
            Float32 = Fallback(),
            FindFault = (block, encoding) => FaultFinder.Find(model, graph, Settings(profile, 0), block, encoding),
            Owned = owned,
        };

        OrtSettings Settings(DeviceProfile on, int device) =>
            new()
            {
                Profile = on,
                DeviceId = device,
                Threads = options.IntraOpThreads,
            };

        Func<IDevice>? Fallback()
        {
            var full = model.Sources.FirstOrDefault(s => s.File.Precision == WeightPrecision.Float32);
            if (full is null || (full == file && profile == DeviceProfile.Cpu))
            {
                return null;
            }

            return () =>
            {
                var fullGraph = full.Open();
                owned.Add(fullGraph);
                var fullHead = TaskHeads.Create(model, full, options.Task, options.Embed);
                return new OrtDevice(model, fullGraph, fullHead, Settings(DeviceProfile.Cpu, 0), 1, rules.Capacity, readOnDevice: false);
            };
        }
    }

    static void Check(int? value, int low, int high, string name)
    {
        if (value is { } v && (v < low || v > high))
        {
            throw new PJobException($"{name}: found {v}, expected {low:N0} to {high:N0}", ExitCode.BadSpec);
        }
    }
}
