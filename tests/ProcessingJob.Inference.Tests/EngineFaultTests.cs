using ProcessingJob.Contract;
using ProcessingJob.Inference.Devices;
using ProcessingJob.Inference.Engine;
using ProcessingJob.Tokenization;

namespace ProcessingJob.Inference.Tests;

public sealed class EngineFaultTests
{
    static readonly ModelOutput Head = new ModelOutput.RowVectors(FakeDevice.Width);

    readonly List<EngineMessage> _log = [];

    [Fact]
    public async Task RunAsync_ManyWindowsOnFourCallers_GivesEveryRowInOrder()
    {
        using var engine = Engine([new FakeDevice(threads: 4)]);
        var blocks = Enumerable.Range(0, 20).Select(s => Blocks.Random(s, Blocks.Lengths(s, 50 + 37 * s))).ToArray();
        var results = await Task.WhenAll(blocks.Select(w => engine.RunAsync(w, default)));
        for (var w = 0; w < blocks.Length; w++)
        {
            AssertAll(blocks[w], results[w]);
        }

        Assert.Equal(blocks.Sum(w => w.Count), engine.Stats.Rows);
        Assert.Equal(blocks.Sum(w => w.TokenCount), engine.Stats.RealTokens);
    }

    [Fact]
    public async Task RunAsync_DeviceOutOfMemoryAboveASize_HalvesRemembersAndLosesNoRow()
    {
        var device = new FakeDevice(threads: 2)
        {
            BeforeRun = (_, b) =>
            {
                if (b.Tokens > 100)
                {
                    throw new DeviceMemoryException($"{b.Tokens} tokens are too many");
                }
            },
        };
        using var engine = Engine([device], budget: 512);
        var block = Blocks.Random(1, Blocks.Lengths(1, 500, 2, 60));
        AssertAll(block, await engine.RunAsync(block, default));
        var halvings = engine.Stats.Halvings;
        // From at most 512 to at most 100 and no further; two callers may each fail at one size at the same time.
        Assert.InRange(halvings, 2, 6);
        Assert.InRange(device.Largest, 50, 100);

        AssertAll(block, await engine.RunAsync(block, default));
        Assert.Equal(halvings, engine.Stats.Halvings);
        Assert.Contains(_log, m => m.Warning && m.Text.Contains("out of memory"));
    }

    [Fact]
    public async Task RunAsync_OneRowDoesNotFitMemory_FailsWithItsLength()
    {
        using var engine = Engine([
            new FakeDevice
            {
                BeforeRun = (_, b) =>
                {
                    if (b.Length == 90)
                    {
                        throw new DeviceMemoryException("full");
                    }
                },
            },
        ]);
        var e = await Assert.ThrowsAsync<PJobException>(() => engine.RunAsync(Blocks.Random(1, [90, 20, 30]), default));
        Assert.Contains("one text of 90 tokens", e.Message);
        Assert.Contains("it has 16.0 GiB", e.Message);
        Assert.Equal(ExitCode.Model, e.ExitCode);
        // The engine is still good for others.
        var block = Blocks.Random(2, [20, 30]);
        AssertAll(block, await engine.RunAsync(block, default));
    }

    [Fact]
    public async Task RunAsync_RowNotFiniteInBatchOnly_IsRetriedAlone()
    {
        var block = Blocks.Random(3, Blocks.Lengths(3, 200));
        var bad = block.Ids(17).ToArray();
        using var engine = Engine([new FakeDevice { Spoil = (ids, rows) => rows > 1 && ids.AsSpan().SequenceEqual(bad) }]);
        using var result = await engine.RunAsync(block, default);
        AssertAll(block, result);
        Assert.Equal((1, 0), (engine.Stats.RetriedRows, engine.Stats.NotFiniteRows));
    }

    [Fact]
    public async Task RunAsync_RowNeverFinite_IsRetriedInFloat32ThenMarked()
    {
        var block = Blocks.Random(4, Blocks.Lengths(4, 200));
        var curable = block.Ids(17).ToArray();
        var hopeless = block.Ids(101).ToArray();
        var full = new FakeDevice("float32") { Spoil = (ids, _) => ids.AsSpan().SequenceEqual(hopeless) };
        var half = new FakeDevice { Spoil = (ids, _) => ids.AsSpan().SequenceEqual(curable) || ids.AsSpan().SequenceEqual(hopeless) };
        using var engine = Engine([half], float32: () => full);
        using var result = await engine.RunAsync(block, default);
        AssertAll(block, result, except: 101);
        Assert.True(result.NotFinite(101));
        Assert.Equal([0, 0, 0], result.Row(101).ToArray());
        Assert.Equal(1, Enumerable.Range(0, result.Count).Count(result.NotFinite));
        Assert.Equal((2, 1), (engine.Stats.RetriedRows, engine.Stats.NotFiniteRows));
        Assert.Equal(2, full.Batches);
    }

    [Fact]
    public async Task RunAsync_Float32SessionFails_RejectsTheRowAndKeepsTheDevice()
    {
        var block = Blocks.Random(4, Blocks.Lengths(4, 50));
        var (bad, opened) = (block.Ids(17).ToArray(), 0);
        var device = new FakeDevice { Spoil = (ids, _) => ids.AsSpan().SequenceEqual(bad) };
        using var engine = Engine(
            [device],
            float32: () =>
            {
                opened++;
                return new FakeDevice("float32") { BeforeRun = (_, _) => throw new DeviceLostException("broken") };
            }
        );
        for (var run = 0; run < 2; run++)
        {
            using var result = await engine.RunAsync(block, default);
            AssertAll(block, result, except: 17);
            Assert.True(result.NotFinite(17));
        }

        Assert.Equal((0, 1), (device.Recreated, opened));
        Assert.Contains("broken", Assert.Single(_log).Text);
    }

    [Fact]
    public async Task RunAsync_DuplicateOfANotFiniteRow_IsMarkedToo()
    {
        var block = new EncodingBuffer();
        foreach (var ids in new int[][] { [7, 8], [1, 2, 3], [7, 8], [1, 2, 3], [9] })
        {
            block.Add(ids);
        }

        using var engine = Engine([new FakeDevice { Spoil = (ids, _) => ids.Length == 3 }]);
        using var result = await engine.RunAsync(block, default);
        Assert.Equal([false, true, false, true, false], Enumerable.Range(0, 5).Select(result.NotFinite));
        Assert.Equal(2, Enumerable.Range(0, result.Count).Count(result.NotFinite));
        Assert.Equal(2, engine.Stats.DuplicateRows);
        Assert.Equal(6, engine.Stats.RealTokens);
    }

    [Fact]
    public async Task RunAsync_MoreThanOneInAHundredOfTheFirstRowsNotFinite_EndsAsTheModelsFault()
    {
        using var engine = Engine([new FakeDevice { Spoil = (ids, _) => ids[0] < 11 }]);
        var block = Numbered(500);
        var e = await Assert.ThrowsAsync<PJobException>(() => engine.RunAsync(block, default));
        Assert.Equal(ExitCode.Model, e.ExitCode);
        Assert.Contains("the model is broken: more than 10 of the first 1,000 texts give NaN or infinity", e.Message);
        // It is said once: nothing more is run.
        var again = await Assert.ThrowsAsync<PJobException>(async () => await engine.RunAsync(Numbered(5), default));
        Assert.Equal(e.Message, again.Message);
    }

    [Fact]
    public async Task RunAsync_ManyThreadsFindTheModelBroken_OneOfThemLooksForTheLayer()
    {
        var looks = 0;
        using var second = new ManualResetEventSlim();
        using var engine = Engine(
            [new FakeDevice(threads: 4) { Spoil = (_, _) => true }],
            budget: 16,
            findFault: (_, _) =>
            {
                if (Interlocked.Increment(ref looks) == 1)
                {
                    // Time for the others to come.
                    second.Wait(TimeSpan.FromMilliseconds(200));
                }
                else
                {
                    second.Set();
                }

                return "layer 3";
            }
        );

        var e = await Assert.ThrowsAsync<PJobException>(() => engine.RunAsync(Numbered(500), default));

        Assert.Contains("NaN or infinity, first in layer 3", e.Message);
        Assert.Equal(1, looks);
    }

    [Fact]
    public async Task RunAsync_NoMoreThanOneInAHundredNotFinite_RejectsTheRowsAlone()
    {
        using var engine = Engine([new FakeDevice { Spoil = (ids, _) => ids[0] < 10 || ids[0] >= 1200 }]);
        using var first = await engine.RunAsync(Numbered(1200), default);
        Assert.Equal(10, Enumerable.Range(0, first.Count).Count(first.NotFinite));
        // What comes later is for the job's own limit of rejects.
        using var later = await engine.RunAsync(Numbered(1230), default);
        Assert.Equal(40, Enumerable.Range(0, later.Count).Count(later.NotFinite));
    }

    static EncodingBuffer Numbered(int rows)
    {
        var block = new EncodingBuffer();
        for (var i = 0; i < rows; i++)
        {
            block.Add([i, 1, 2]);
        }

        return block;
    }

    [Fact]
    public async Task RunAsync_SessionDiesOnce_IsRecreatedAndEveryRowIsThere()
    {
        var runs = 0;
        using var engine = Engine([
            new FakeDevice(threads: 4)
            {
                BeforeRun = (d, _) =>
                {
                    if (Interlocked.Increment(ref runs) > 5 && d.Recreated == 0)
                    {
                        throw new DeviceLostException("the driver is gone");
                    }
                },
            },
        ]);
        var block = Blocks.Random(5, Blocks.Lengths(5, 1000));
        AssertAll(block, await engine.RunAsync(block, default));
        Assert.Equal(1, engine.Stats.Recreations);
        Assert.Contains(_log, m => m.Text.Contains("made anew"));
    }

    [Fact]
    public async Task RunAsync_OneOfTwoDevicesDiesForGood_OtherDoesItsWork()
    {
        var good = new FakeDevice("good");
        var bad = new FakeDevice("bad", threads: 2) { BeforeRun = (_, _) => throw new DeviceLostException("no") };
        using var engine = Engine([bad, good]);
        var blocks = Enumerable.Range(0, 10).Select(s => Blocks.Random(s, Blocks.Lengths(s, 200))).ToArray();
        var results = await Task.WhenAll(blocks.Select(w => engine.RunAsync(w, default)));
        for (var w = 0; w < blocks.Length; w++)
        {
            AssertAll(blocks[w], results[w]);
        }

        Assert.Equal(good.Batches, engine.Stats.Batches);
        Assert.True(bad.Recreated <= 1);
    }

    [Fact]
    public async Task RunAsync_EveryDeviceIsLost_FailsAndSaysWhy()
    {
        var device = new FakeDevice(threads: 2) { BeforeRun = (_, _) => throw new DeviceLostException("Xid 79"), OnRecreate = () => { } };
        using var engine = Engine([device]);
        var block = Blocks.Random(6, Blocks.Lengths(6, 300));
        var e = await Assert.ThrowsAsync<PJobException>(() => engine.RunAsync(block, default));
        Assert.Contains("Xid 79", e.Message);
        Assert.Single(_log, m => m.Text.Contains("is given up"));
        await Assert.ThrowsAsync<PJobException>(() => engine.RunAsync(block, default));
        Assert.Equal(1, device.Recreated);
    }

    [Fact]
    public async Task RunAsync_SessionCannotBeRecreated_Fails()
    {
        using var engine = Engine([
            new FakeDevice
            {
                BeforeRun = (_, _) => throw new DeviceLostException("gone"),
                OnRecreate = () => throw new PJobException("no device any more", ExitCode.Model),
            },
        ]);
        var e = await Assert.ThrowsAsync<PJobException>(() => engine.RunAsync(Blocks.Random(1, [3]), default));
        Assert.Contains("no device any more", e.Message);
    }

    [Fact]
    public async Task RunAsync_OneOfTwoGpusFails_EndsWithItsErrorAndNoSecondTry()
    {
        // The good one must not be through before the bad one's threads have begun.
        using var failed = new ManualResetEventSlim();
        var good = new FakeDevice("cuda:0") { BeforeRun = (_, _) => failed.Wait(TimeSpan.FromSeconds(10)) };
        var bad = new FakeDevice("cuda:1", threads: 2)
        {
            BeforeRun = (_, _) =>
            {
                failed.Set();
                throw new DeviceLostException("CUDA error 700: Xid 13");
            },
        };
        using var engine = Engine([bad, good], profile: Gpu);
        var block = Blocks.Random(6, Blocks.Lengths(6, 3000));

        var e = await Assert.ThrowsAsync<PJobException>(() => engine.RunAsync(block, default));

        Assert.Equal(ExitCode.Failed, e.ExitCode);
        Assert.Contains("cuda:1 failed and cannot be used any more: CUDA error 700: Xid 13", e.Message);
        Assert.Equal((0, 0L), (bad.Recreated, engine.Stats.Recreations));
        await Assert.ThrowsAsync<PJobException>(() => engine.RunAsync(block, default));
    }

    [Fact]
    public async Task Dispose_GpuLostWhileAnotherCallHangs_EndsWithinTheLimit()
    {
        using var entered = new ManualResetEventSlim();
        using var never = new ManualResetEventSlim();
        var runs = 0;
        var device = new FakeDevice("cuda:0", threads: 2)
        {
            BeforeRun = (_, _) =>
            {
                if (Interlocked.Increment(ref runs) == 1)
                {
                    entered.Set();
                    never.Wait();
                }

                entered.Wait();
                throw new DeviceLostException("CUDA error 719");
            },
        };
        var engine = Engine([device], budget: 16, profile: Gpu, closeLimit: TimeSpan.FromMilliseconds(100));
        var run = engine.RunAsync(Blocks.Random(1, Blocks.Lengths(1, 100)), default);

        // The hanging call holds a batch of the block, which fails all the same.
        var e = await Assert.ThrowsAsync<PJobException>(() => run.WaitAsync(TimeSpan.FromSeconds(10)));
        await Task.Run(engine.Dispose).WaitAsync(TimeSpan.FromSeconds(10));

        Assert.Contains("CUDA error 719", e.Message);
        never.Set();
    }

    [Fact]
    public async Task RunAsync_OneSlowDeviceOfFour_DoesLess()
    {
        // The slow one may only run one batch for every thirty of the others.
        var (fastRuns, slowRuns) = (0, 0);
        using var mayRun = new ManualResetEventSlim();
        var fast = Enumerable
            .Range(0, 3)
            .Select(i => new FakeDevice($"fast{i}")
            {
                BeforeRun = (_, _) =>
                {
                    if (Interlocked.Increment(ref fastRuns) % 30 == 0)
                    {
                        mayRun.Set();
                    }
                },
            })
            .ToArray();
        var slow = new FakeDevice("slow")
        {
            BeforeRun = (_, _) =>
            {
                Interlocked.Increment(ref slowRuns);
                mayRun.Wait(TimeSpan.FromSeconds(10));
                mayRun.Reset();
            },
        };
        using var engine = Engine([slow, .. fast], budget: 64);
        var block = Blocks.Random(8, Blocks.Lengths(8, 3000, 20, 60));
        AssertAll(block, await engine.RunAsync(block, default));
        Assert.True(slow.Batches * 10 < fast.Sum(f => f.Batches), $"slow {slow.Batches}, fast {fast.Sum(f => f.Batches)}");
        Assert.Equal(engine.Stats.Batches, engine.Stats.Devices.Sum(d => d.Batches));
    }

    [Fact]
    public async Task RunAsync_OtherFault_FailsTheWindowWithIt()
    {
        using var engine = Engine([
            new FakeDevice
            {
                BeforeRun = (_, b) =>
                {
                    if (b.Length == 50)
                    {
                        throw new PJobException("bad ids", ExitCode.Model);
                    }
                },
            },
        ]);
        var e = await Assert.ThrowsAsync<PJobException>(() => engine.RunAsync(Blocks.Random(1, [50, 20]), default));
        Assert.Equal("bad ids", e.Message);
    }

    [Fact]
    public async Task RunAsync_Cancelled_EndsWhenNothingRunsAnyMore()
    {
        using var entered = new ManualResetEventSlim();
        using var go = new ManualResetEventSlim();
        var device = new FakeDevice
        {
            BeforeRun = (_, _) =>
            {
                entered.Set();
                go.Wait(TimeSpan.FromSeconds(10));
            },
        };
        using var engine = Engine([device], budget: 16);
        using var source = new CancellationTokenSource();
        var task = engine.RunAsync(Blocks.Random(1, Blocks.Lengths(1, 100)), source.Token);
        entered.Wait(TimeSpan.FromSeconds(10));
        source.Cancel();
        Assert.False(task.IsCompleted);
        go.Set();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => task);
        Assert.True(device.Batches < 10);
    }

    [Fact]
    public async Task RunAsync_EmptyWindow_IsEmpty()
    {
        using var engine = Engine([new FakeDevice()]);
        using var result = await engine.RunAsync(new EncodingBuffer(), default);
        Assert.Equal(0, result.Count);
    }

    [Fact]
    public async Task RunAsync_EncodingTooLong_IsRefused()
    {
        using var engine = Engine([new FakeDevice()]);
        await Assert.ThrowsAsync<ArgumentException>(() => engine.RunAsync(Blocks.Random(1, [5, 129]), default));
    }

    [Theory]
    [InlineData(5, 0, 9, 0)]
    [InlineData(0, 0)]
    public async Task RunAsync_EncodingWithoutTokens_GivesZerosAndRunsNothing(params int[] lengths)
    {
        var block = Blocks.Random(1, lengths);
        foreach (var deduplicate in (bool[])[true, false])
        {
            using var engine = Engine([new FakeDevice()], deduplicate: deduplicate);
            (await engine.RunAsync(Blocks.Random(2, lengths.Select(l => l + 3)), default)).Dispose();
            var before = engine.Stats.RealTokens;
            using var result = await engine.RunAsync(block, default);
            for (var i = 0; i < lengths.Length; i++)
            {
                Assert.Equal(lengths[i] == 0 ? [0, 0, 0] : FakeDevice.Expected(block, i), result.Row(i).ToArray());
            }

            Assert.Equal(lengths.Sum(), engine.Stats.RealTokens - before);
        }
    }

    [Fact]
    public async Task Dispose_WindowsInFlight_EndsThem()
    {
        using var entered = new ManualResetEventSlim();
        var engine = Engine([new FakeDevice { BeforeRun = (_, _) => entered.Set() }], budget: 16);
        var task = engine.RunAsync(Blocks.Random(1, Blocks.Lengths(1, 2000)), default);
        entered.Wait(TimeSpan.FromSeconds(10));
        engine.Dispose();
        try
        {
            (await task).Dispose();
        }
        catch (ObjectDisposedException)
        {
            // As it should be when the block was not quite finished.
        }

        await Assert.ThrowsAsync<ObjectDisposedException>(() => engine.RunAsync(Blocks.Random(1, [3]), default));
    }

    static void AssertAll(EncodingBuffer block, BlockResult result, int except = -1)
    {
        Assert.Equal(block.Count, result.Count);
        for (var i = 0; i < block.Count; i++)
        {
            if (i != except)
            {
                Assert.Equal(FakeDevice.Expected(block, i), result.Row(i).ToArray());
            }
        }
    }

    /// <summary>A GPU's way to fail, on devices that are none.</summary>
    static DeviceProfile Gpu => DeviceProfile.Cpu with { Revives = false };

    InferenceEngine Engine(
        IReadOnlyList<IDevice> devices,
        int budget = 256,
        Func<IDevice>? float32 = null,
        bool deduplicate = true,
        DeviceProfile? profile = null,
        TimeSpan? closeLimit = null,
        Func<EncodingBuffer, int, string?>? findFault = null
    ) =>
        new(
            new EngineSetup
            {
                Profile = profile ?? DeviceProfile.Cpu,
                CloseLimit = closeLimit ?? TimeSpan.FromSeconds(15),
                Deduplicate = deduplicate,
                Devices = devices,
                Output = Head,
                Rules = new BatchRules(budget, 128, FewShapes: false),
                Float32 = float32,
                FindFault = findFault,
                Log = message =>
                {
                    lock (_log)
                    {
                        _log.Add(message);
                    }
                },
            }
        );
}
