using System.Numerics.Tensors;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Inference.Devices;
using ProcessingJob.Inference.Engine;
using ProcessingJob.Inference.Heads;
using ProcessingJob.Models.Folders;
using ProcessingJob.Models.Modules;
using ProcessingJob.Samples;
using ProcessingJob.Testing;
using ProcessingJob.Tokenization;

namespace ProcessingJob.Inference.Tests;

/// <summary>The engine over ONNX Runtime's CPU provider, on tiny random models.</summary>
public sealed class OrtEngineTests
{
    public static TheoryData<ModelFamily> Families =>
        [ModelFamily.Bert, ModelFamily.Roberta, ModelFamily.DistilBert, ModelFamily.XlmRoberta];

    [Theory, MemberData(nameof(Families))]
    public async Task RunAsync_RowAmongOthers_IsWhatItIsAlone(ModelFamily family)
    {
        var model = ModelFolder.Open(ModelCache.Get(new SampleModelOptions { Family = family }));
        var block = Blocks.Random(1, Blocks.Lengths(1, 300, 2, 128));
        using var engine = Create(model, new EngineOptions { TokenBudget = 1000 });
        using var together = await engine.RunAsync(block, default);
        for (var i = 0; i < block.Count; i += 7)
        {
            var single = new EncodingBuffer();
            single.Add(block.Ids(i));
            using var alone = await engine.RunAsync(single, default);
            Assert.InRange(MaxDifference(alone.Row(0), together.Row(i)), 0, 1e-5f);
        }
    }

    [Fact]
    public async Task RunAsync_SameWindowAmidOtherWork_GivesTheSameBytes()
    {
        var model = ModelFolder.Open(ModelCache.Get(new SampleModelOptions()));
        var block = Blocks.Random(1, Blocks.Lengths(1, 200));
        byte[]? first = null;
        foreach (var callers in (int[])[1, 2, 4])
        {
            using var engine = Create(model, new EngineOptions { Threads = callers });
            var noise = Enumerable.Range(2, 6).Select(s => engine.RunAsync(Blocks.Random(s, Blocks.Lengths(s, 100)), default)).ToArray();
            using var result = await engine.RunAsync(block, default);
            var bytes = System.Runtime.InteropServices.MemoryMarshal.AsBytes(result.Rows).ToArray();
            Assert.Equal(first ??= bytes, bytes);
            foreach (var other in await Task.WhenAll(noise))
            {
                other.Dispose();
            }
        }
    }

    [Fact]
    public async Task RunAsync_Deduplicated_GivesWhatItGivesWithout()
    {
        var model = ModelFolder.Open(ModelCache.Get(new SampleModelOptions()));
        var block = Blocks.Random(1, Blocks.Lengths(1, 50, 2, 20));
        for (var i = 0; i < 50; i++)
        {
            block.Add(block.Ids(i * 7 % 50).ToArray());
        }

        using var with = Create(model, new EngineOptions());
        using var without = Create(model, new EngineOptions { Deduplicate = false });
        using var a = await with.RunAsync(block, default);
        using var b = await without.RunAsync(block, default);
        Assert.InRange(MaxDifference(a.Rows, b.Rows), 0, 1e-5f);
        Assert.Equal(50, with.Stats.DuplicateRows);
        Assert.Equal(0, without.Stats.DuplicateRows);
        Assert.Equal(with.Stats.RealTokens * 2, without.Stats.RealTokens, tolerance: 400);
    }

    [Theory]
    [InlineData(PoolingMode.Mean)]
    [InlineData(PoolingMode.Cls, PoolingMode.Max, PoolingMode.WeightedMean)]
    [InlineData(PoolingMode.Max)]
    [InlineData(
        PoolingMode.Cls,
        PoolingMode.Mean,
        PoolingMode.MeanSqrtLen,
        PoolingMode.Last,
        PoolingMode.Max,
        PoolingMode.WeightedMean,
        PoolingMode.Max
    )]
    public void Run_PooledOnTheDevice_EqualsPooledHere(params PoolingMode[] pooling)
    {
        var model = ModelFolder.Open(ModelCache.Get(new SampleModelOptions()));
        var file = model.SourceFor(DeviceKind.Cpu).Source;
        var plan = EmbedPlan.Create(model.Route! with { Pooling = pooling }, new EmbedOptions { Normalize = true });
        var head = new EmbedHead(plan with { PromptTokens = 3 }, "last_hidden_state");
        var block = Blocks.Random(1, [5, 40, 2, 17]);
        var here = RunBatch(readOnDevice: false);
        var there = RunBatch(readOnDevice: true);
        Assert.InRange(MaxDifference(here, there), 0, 2e-6f);

        float[] RunBatch(bool readOnDevice)
        {
            using var device = new OrtDevice(
                model,
                file.Open(),
                head,
                new OrtSettings { Profile = DeviceProfile.Cpu },
                1,
                200,
                readOnDevice
            );
            using var runner = device.CreateRunner();
            var output = new float[4 * head.Output.Width];
            runner.Run(new Batch(block, [0, 1, 2, 3], 40), output);
            // Twice, in another shape: nothing of the first run is left over.
            runner.Run(new Batch(block, [3], 17), new float[head.Output.Width]);
            runner.Run(new Batch(block, [0, 1, 2, 3], 40), output);
            return output;
        }
    }

    [Fact]
    public void WarmUp_RulesOfAGpu_RunsTheLargestBatchOrSaysNo()
    {
        var model = ModelFolder.Open(ModelCache.Get(new SampleModelOptions()));
        var file = model.SourceFor(DeviceKind.Cpu).Source;
        var head = TaskHeads.Create(model, file, TaskKind.Embed, new EmbedOptions());
        var rules = new BatchRules(2048, 120, FewShapes: true);
        using var device = new OrtDevice(
            model,
            file.Open(),
            head,
            new OrtSettings { Profile = DeviceProfile.Cpu },
            1,
            rules.Capacity,
            readOnDevice: true
        );
        Assert.True(WarmUp.Run(device, head.Output, rules));
        using var full = new FakeDevice
        {
            BeforeRun = (_, b) =>
            {
                if (b.Rows > 1)
                {
                    throw new DeviceMemoryException($"{b.Tokens}");
                }
            },
        };
        Assert.False(WarmUp.Run(full, head.Output, rules));
    }

    [Fact]
    public async Task RunAsync_RulesOfAGpu_GivesWhatTheCpusRulesGive()
    {
        // The GPU's path but for the provider: few shapes, two callers, pooling by the second session.
        var model = ModelFolder.Open(ModelCache.Get(new SampleModelOptions()));
        var file = model.SourceFor(DeviceKind.Cpu).Source;
        var head = TaskHeads.Create(model, file, TaskKind.Embed, new EmbedOptions { Normalize = true });
        var rules = new BatchRules(2048, 128, FewShapes: true);
        var device = new OrtDevice(
            model,
            file.Open(),
            head,
            new OrtSettings { Profile = DeviceProfile.Cpu },
            2,
            rules.Capacity,
            readOnDevice: true
        );
        using var gpu = new InferenceEngine(
            new EngineSetup
            {
                Devices = [device],
                Output = head.Output,
                Rules = rules,
            }
        );
        using var cpu = Create(model, new EngineOptions { Embed = new EmbedOptions { Normalize = true } });
        var block = Blocks.Random(1, Blocks.Lengths(1, 700, 2, 128));
        using var a = await gpu.RunAsync(block, default);
        using var b = await cpu.RunAsync(block, default);
        Assert.InRange(MaxDifference(a.Rows, b.Rows), 0, 1e-5f);
        Assert.InRange(gpu.Stats.Fill, 0.94, 1);
        Assert.InRange(cpu.Stats.Fill, 0.97, 1);
    }

    [Fact]
    public async Task Recreate_AfterRuns_GivesTheSameBytes()
    {
        var model = ModelFolder.Open(ModelCache.Get(new SampleModelOptions()));
        var block = Blocks.Random(1, [5, 9]);
        var file = model.SourceFor(DeviceKind.Cpu).Source;
        var head = TaskHeads.Create(model, file, TaskKind.Embed, new EmbedOptions());
        using var device = new OrtDevice(
            model,
            file.Open(),
            head,
            new OrtSettings { Profile = DeviceProfile.Cpu },
            1,
            200,
            readOnDevice: false
        );
        var (before, after) = (new float[2 * head.Output.Width], new float[2 * head.Output.Width]);
        using (var runner = device.CreateRunner())
        {
            runner.Run(new Batch(block, [0, 1], 9), before);
        }

        device.Recreate();
        using (var runner = device.CreateRunner())
        {
            runner.Run(new Batch(block, [0, 1], 9), after);
        }

        Assert.Equal(before, after);
        await Task.CompletedTask;
    }

    [Fact]
    public async Task RunAsync_IdOutsideTheVocabulary_SaysThatTokenizerAndModelDoNotFit()
    {
        var model = ModelFolder.Open(ModelCache.Get(new SampleModelOptions()));
        using var engine = Create(model, new EngineOptions());
        var block = new EncodingBuffer();
        block.Add([5, model.VocabularySize!.Value + 1]);
        var e = await Assert.ThrowsAsync<PJobException>(() => engine.RunAsync(block, default));
        Assert.Contains("fix: take the tokenizer that the model was made with", e.Message);
        Assert.Equal(ExitCode.Model, e.ExitCode);
    }

    [Fact]
    public async Task RunAsync_Classify_GivesLogitsPerLabel()
    {
        var model = ModelFolder.Open(
            ModelCache.Get(new SampleModelOptions { Head = ModelHead.SequenceClassification, Labels = ["a", "b", "c", "d"] })
        );
        Assert.Equal((TaskKind.Classify, 4), (model.Task, model.Labels.Count));
        using var engine = Create(model, new EngineOptions { Task = TaskKind.Classify });
        using var result = await engine.RunAsync(Blocks.Random(1, [5, 60, 9]), default);
        Assert.Equal(4, result.Output.Width);
        Assert.Equal(3, Enumerable.Range(0, 3).Select(i => result.Row(i)[0]).Distinct().Count());
    }

    [Fact]
    public async Task RunAsync_Answer_GivesStartAndEndPerTokenWhateverThePadding()
    {
        var model = ModelFolder.Open(ModelCache.Get(new SampleModelOptions { Head = ModelHead.QuestionAnswering }));
        using var engine = Create(model, new EngineOptions { Task = TaskKind.Answer, TokenBudget = 512 });
        var block = Blocks.Random(1, [5, 60, 9, 60]);
        using var result = await engine.RunAsync(block, default);
        for (var i = 0; i < block.Count; i++)
        {
            var single = new EncodingBuffer();
            single.Add(block.Ids(i));
            using var alone = await engine.RunAsync(single, default);
            Assert.Equal(block.Length(i), result.Start(i).Length);
            Assert.Equal(block.Length(i), result.End(i).Length);
            Assert.InRange(MaxDifference(alone.Start(0), result.Start(i)), 0, 1e-5f);
            Assert.InRange(MaxDifference(alone.End(0), result.End(i)), 0, 1e-5f);
            Assert.True(MaxDifference(result.Start(i), result.End(i)) > 1e-3f);
        }
    }

    static InferenceEngine Create(ModelFolder model, EngineOptions options) =>
        InferenceEngine.Create(model, options with { Device = DeviceKind.Cpu });

    static float MaxDifference(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        Assert.Equal(a.Length, b.Length);
        var difference = new float[a.Length];
        for (var i = 0; i < difference.Length; i++)
        {
            // The largest of nothing is -infinity on both sides.
            difference[i] = a[i].Equals(b[i]) ? 0 : a[i] - b[i];
        }

        return Math.Abs(TensorPrimitives.MaxMagnitude<float>(difference));
    }
}
