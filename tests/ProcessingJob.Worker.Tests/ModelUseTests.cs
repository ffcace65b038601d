using ProcessingJob.Contract;
using ProcessingJob.Contract.Container;
using ProcessingJob.Contract.Output;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Launcher.Reading;
using ProcessingJob.Samples;
using ProcessingJob.Testing;
using Serilog;

namespace ProcessingJob.Worker.Tests;

/// <summary>What plan, dry run, run and init accept of a model folder, the worker accepts, and what they refuse it refuses.</summary>
public sealed class ModelUseTests : IDisposable
{
    static readonly string[] OwnFolders =
    [
        .. Directory.GetDirectories(Repo.File("tests", "ProcessingJob.Models.Tests", "folders")),
        .. Directory.GetDirectories(Repo.File("tests", "ProcessingJob.Inference.Tests", "goldens")),
    ];

    /// <summary>What only a run of the graph shows.</summary>
    static readonly string[] StartTests = ["depends on the other texts of its batch", "the model is broken", "ONNX Runtime cannot"];

    readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string> Own => [.. OwnFolders.Select(f => Path.GetRelativePath(Repo.Root, f)).Order()];

    public static TheoryData<string> Shared
    {
        get
        {
            var root = Path.GetFullPath(Repo.File("..", "shared", "goldens"));
            string[] kinds = ["hf", "st", "onnx"];
            return !Directory.Exists(root)
                ? ["none"]
                :
                [
                    .. kinds
                        .SelectMany(k => Directory.GetDirectories(Path.Combine(root, k)))
                        .Select(f => Path.GetRelativePath(root, f))
                        .Order(),
                ];
        }
    }

    [Theory]
    [MemberData(nameof(Own))]
    public void Of_FolderOfTheRepository_SaysWhatTheWorkerSays(string folder) => Compare(Path.Combine(Repo.Root, folder));

    [Theory]
    [MemberData(nameof(Shared))]
    public void Of_FolderOfOthers_SaysWhatTheWorkerSays(string folder)
    {
        var path = Path.GetFullPath(Repo.File("..", "shared", "goldens", folder));
        Assert.SkipUnless(Directory.Exists(path), $"{path} is not there.");
        Compare(path);
    }

    public static TheoryData<string, string, ExitCode> WrongSpecs =>
        new()
        {
            { "tokens.max_length", "100000", ExitCode.BadSpec },
            { "tokens.prompt_name", "nope", ExitCode.BadSpec },
            { "embed.dimensions", "9999", ExitCode.BadSpec },
            { "compute.model_file", "onnx/nope.onnx", ExitCode.Model },
            { "compute.model_file", "safetensors", ExitCode.Model },
            { "task", "classify", ExitCode.Model },
            { "task", "answer", ExitCode.Model },
        };

    [Theory]
    [MemberData(nameof(WrongSpecs))]
    public void Of_SpecThatDoesNotFit_IsRefusedByBothWithTheSameMessage(string key, string value, ExitCode expected)
    {
        var spec = SpecReader.Apply(new JobSpec(), key, value);
        var (launcher, worker) = Both(spec, ModelCache.Get(new SampleModelOptions()));
        Assert.Equal((expected, expected), (launcher?.ExitCode, worker?.ExitCode));
        Assert.Equal(worker!.Message, launcher!.Message.Replace(ModelCache.Get(new SampleModelOptions()), Link, StringComparison.Ordinal));
    }

    [Fact]
    public void Of_TableOfTokensWithANameOfAGraphsOutput_IsRefusedByBothWithTheSameMessage()
    {
        using var folder = new TempFolder();
        StaticModel.Write(folder, "static");
        var spec = new JobSpec { Compute = new() { Outputs = ["sentence_embedding"] } };
        var (launcher, worker) = Both(spec, folder["static"]);
        Assert.Equal((ExitCode.BadSpec, ExitCode.BadSpec), (launcher?.ExitCode, worker?.ExitCode));
        Assert.Equal(worker!.Message, launcher!.Message.Replace(folder["static"], Link, StringComparison.Ordinal));
    }

    [Fact]
    public void Of_QuestionThatLeavesNoRoom_IsRefusedByBoth()
    {
        var spec = new JobSpec
        {
            Task = TaskKind.Answer,
            Answer = new() { Questions = [string.Concat(Enumerable.Repeat("what is it ", 40))] },
            Tokens = new() { MaxLength = 64 },
        };
        var (launcher, worker) = Both(spec, ModelCache.Get(new SampleModelOptions { Head = ModelHead.QuestionAnswering }));
        Assert.Equal((ExitCode.BadSpec, ExitCode.BadSpec), (launcher?.ExitCode, worker?.ExitCode));
        Assert.Equal(worker!.Message, launcher!.Message);
    }

    [Fact]
    public void Of_PoolingGuessed_WarnsAsTheWorkerAndNotWhereThePoolingIsGiven()
    {
        var model = ModelCache.Get(new SampleModelOptions { Pooling = null });
        var use = ModelUse.Of(new JobSpec(), model);
        Assert.Equal("pooling_guessed", Assert.Single(use.Warnings).Code);
        using var loaded = Load(new JobSpec(), model);
        Assert.Equal(use.Warnings, loaded.Warnings);

        var given = new JobSpec { Embed = new() { Pooling = PoolingKind.Cls } };
        Assert.Empty(ModelUse.Of(given, model).Warnings);
        using var asked = Load(given, model);
        Assert.Empty(asked.Warnings);
    }

    string Link => new ContainerPaths(_folder.Path).Model;

    // One worker a task: its codes, and what it says of a folder it takes.
    void Compare(string folder)
    {
        foreach (var task in Enum.GetValues<TaskKind>())
        {
            var spec = new JobSpec { Task = task };
            var (launcher, worker) = Both(spec, folder);
            if (worker is not null && StartTests.Any(worker.Message.Contains))
            {
                continue;
            }

            Assert.True(
                launcher?.ExitCode == worker?.ExitCode,
                $"{task}: the launcher says {launcher?.Message ?? "yes"}, the worker {worker?.Message ?? "yes"}"
            );
            if (launcher is not null)
            {
                continue;
            }

            using var loaded = Load(spec, folder);
            var use = ModelUse.Of(spec, folder);
            Assert.Equal(use.Warnings, loaded.Warnings.Where(w => w.Code != "batch_dependent"));
            if (task != TaskKind.Tokenize)
            {
                var resolved = loaded.Describe(new HostReport()).Resolved!;
                Assert.Equal(
                    (
                        use.Resolved.Pooling,
                        use.Resolved.Normalize,
                        use.Resolved.Dimensions ?? resolved.Dimensions,
                        use.Resolved.Prompt,
                        use.Resolved.MaxLength
                    ),
                    (resolved.Pooling, resolved.Normalize, resolved.Dimensions, resolved.Prompt, resolved.MaxLength)
                );
                Assert.Equal(use.Source?.File.Name ?? resolved.ModelFile, resolved.ModelFile);
            }
        }
    }

    (PJobException? Launcher, PJobException? Worker) Both(JobSpec spec, string folder) =>
        (Refusal(() => ModelUse.Of(spec, folder)), Refusal(() => Load(spec, folder).Dispose()));

    static PJobException? Refusal(Action action)
    {
        try
        {
            action();
            return null;
        }
        catch (PJobException e)
        {
            return e;
        }
    }

    LoadedModel Load(JobSpec spec, string folder)
    {
        var paths = new ContainerPaths(_folder.Path);
        if (!Directory.Exists(paths.Model))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(paths.Model)!);
            Directory.CreateSymbolicLink(paths.Model, folder);
        }

        return LoadedModel.Load(
            spec with
            {
                Compute = spec.Compute with { Device = DeviceKind.Cpu },
            },
            null,
            paths,
            new LoggerConfiguration().CreateLogger()
        );
    }
}
