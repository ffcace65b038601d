using ProcessingJob.Contract;
using ProcessingJob.Contract.Output;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Inference.Devices;
using ProcessingJob.Inference.Heads;
using ProcessingJob.Models.Folders;
using ProcessingJob.Models.Modules;
using ProcessingJob.Models.Onnx;

namespace ProcessingJob.Inference.Engine;

/// <summary>The setup of a model that is a table of tokens: no graph, no session, always the CPU.</summary>
static class StaticSetup
{
    /// <exception cref="PJobException">Model: another task than the folder's, or a GPU is asked for. BadSpec: options that do not fit the
    /// model.</exception>
    public static EngineSetup Create(ModelFolder model, EngineOptions options, int maxLength)
    {
        if (options.Task != model.Task)
        {
            throw new PJobException($"{model.Path} is a table of tokens, expected task {Names.Of(model.Task)}", ExitCode.Model);
        }

        if (options.Device == DeviceKind.Cuda)
        {
            throw new PJobException(
                $"compute.device is cuda, but {model.Path} is a table of tokens, which no GPU is used for; fix: take an "
                    + "instance type without GPUs and device: auto",
                ExitCode.Model
            );
        }

        var profile = DeviceProfile.Cpu;
        var threads = options.Threads ?? profile.Threads(1);
        var (device, output, settings) = model.Work is SparseRoute { Table: { } weights }
            ? (new SparseTableDevice(weights.ById, threads), new ModelOutput.SparseRows(weights.ById.Length), new ResolvedSettings())
            : Dense(model.Route!, EmbedPlan.Create(model.Route!, options.Embed), threads);
        // Longer texts than a budget cost nothing more here.
        var rules = new BatchRules(options.TokenBudget ?? profile.TokenBudget, maxLength, profile.FewShapes);
        return new EngineSetup
        {
            Devices = [device],
            Output = output,
            Rules = rules,
            Profile = profile,
            Summary = $"{profile.Describe(1, threads, 1)} (a table of tokens runs no graph)",
            Resolved = settings with
            {
                GraphOrigin = "table",
                ModelFile = "model.safetensors",
                ModelFileReason = "a table of tokens",
                GraphPrecision = Names.Of(WeightPrecision.Float32),
                BatchDependent = false,
            },
            Computed = new ComputeRecord(ComputeRecord.NoProvider, "float32", Fused: false),
            ModelFile = new ModelFile("model.safetensors", WeightPrecision.Float32, false, 0),
            Deduplicate = options.Deduplicate,
            Log = options.Log,
        };
    }

    static (IDevice, ModelOutput, ResolvedSettings) Dense(EmbedRoute route, EmbedPlan plan, int threads) =>
        (
            route.Encoder switch
            {
                Model2VecModule own => new StaticDevice(own.Table, plan, own.UnknownToken, own.MaxTokens, roundSum: false, threads),
                StaticEmbeddingModule module => new StaticDevice(module.Table, plan, null, null, roundSum: true, threads),
                _ => throw new ArgumentException("no static embedding", nameof(route)),
            },
            new ModelOutput.RowVectors(plan.Width),
            plan.Settings
        );
}
