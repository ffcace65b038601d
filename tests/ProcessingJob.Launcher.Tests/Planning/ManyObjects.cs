using System.Diagnostics;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Output;
using ProcessingJob.Contract.Plan;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Data.Finalizing;
using ProcessingJob.Data.Reading;
using ProcessingJob.Launcher.Cost;
using ProcessingJob.Launcher.Planning;
using ProcessingJob.Storage;
using ProcessingJob.Testing;

namespace ProcessingJob.Launcher.Tests.Planning;

/// <summary>What a launcher does with an input of many objects, step by step, and what each step costs.</summary>
sealed class ManyObjects(int objects, long size, int hosts)
{
    static readonly S3Uri Input = S3Uri.Parse("s3://bucket/in/", "input");
    readonly List<ManyObjectsStep> _steps = [];

    /// <returns>Steps in their order; their CPU time is the process's, serving the objects included.</returns>
    public async Task<IReadOnlyList<ManyObjectsStep>> RunAsync()
    {
        using var s3 = new SyntheticS3(objects, size, """{"text":"a review of some words that says little"}""" + "\n");
        var options = new S3Options();
        var spec = new JobSpec
        {
            Input = new() { Text = ["text"], Data = Input.ToString() },
        };
        var listed = await StepAsync(
            "list",
            () => S3Input.ListAsync(s3, options, Input.ToString(), "input.data", InputFormat.Auto),
            l => $"{l.Files.Count:N0} objects"
        );
        var data = new S3Data(s3, Input, options);
        var files = await StepAsync(
            "look",
            async () =>
            {
                var look = await InputLook.AtAsync(spec.Input, data, listed.Files, listed.Skipped, default);
                return await FileShapes.LookAsync(listed.Files, look.Input, data);
            },
            f => $"{f.Count(x => x.Shape is not null):N0} looked at"
        );
        var plan = await StepAsync(
            "plan",
            () => Task.FromResult(JobPlanner.Create("job", spec, files, "model", hosts, CommittedWork.None)),
            p => $"{p.Units.Count:N0} units, skew {p.Skew:0.00}"
        );
        await StepAsync("plan files", () => Task.FromResult(WriteAll(plan)), Sizes);
        await StepAsync(
            $"simulate 1 to {hosts} hosts",
            () =>
                Task.FromResult(
                    new CostModel(InstanceTypes.Default).Simulate(
                        new()
                        {
                            Units = plan.Units,
                            Rows = 1,
                            Tokens = 1,
                            FlopsPerToken = 1,
                        },
                        "ml.m5.xlarge",
                        hosts
                    )
                ),
            c => $"largest share {c[^1].Skew:0.00} times the mean"
        );
        await StepAsync(
            "plan and files by key",
            () =>
                Task.FromResult(
                    WriteAll(
                        JobPlanner.Create(
                            "job",
                            spec with
                            {
                                Input = spec.Input with { Sharding = Sharding.ByKey },
                            },
                            files,
                            "model",
                            hosts,
                            CommittedWork.None
                        )
                    )
                ),
            Sizes
        );
        var identity = new OutputIdentity(spec, "model");
        var units = plan.Units.OrderBy(u => u.Id, StringComparer.Ordinal).ToArray();
        var ids = units.Select(u => u.Id).ToArray();
        s3.Generate("out/data/part-", ids, ".parquet", 1, _ => [0]);
        using var records = new RecordsOnDisk(units, identity);
        s3.Generate("out/_commits/", ids, ".json", 1000, records.Read);
        var output = new S3Store(s3, S3Uri.Parse("s3://bucket/out/", "output"), options);
        await StepAsync(
            "find what is committed",
            () => CommittedUnits.FindAsync(output, files, () => plan.Units.Select(u => u.Id).ToHashSet(), identity),
            w => $"{w.Units.Count:N0} units of {w.Files.Count:N0} files"
        );
        await StepAsync(
            "finish",
            () =>
                new Finalizer(output, TimeProvider.System).FinishAsync(
                    new()
                    {
                        Job = "job",
                        Spec = spec,
                        Identity = identity,
                        DataFingerprint = plan.Work.DataFingerprint,
                        Units = plan.Units,
                    }
                ),
            f => $"{f.Manifest.Units:N0} units, {f.Orphans.Count} orphans"
        );
        return _steps;
    }

    static byte[] RecordOf(WorkUnit unit, OutputIdentity identity) =>
        ContractJson.Write(
            unit.ToRecord() with
            {
                SpecFingerprint = identity.SpecFingerprint,
                ModelFingerprint = identity.ModelFingerprint,
                RowsIn = 1,
                RowsKept = 1,
                RowsOut = 1,
                Parts = [new(OutputLayout.Part(unit.Id, 0, null, ".parquet"), 1, 1, new string('0', 64))],
                Columns = [new("embedding", "list_float"), new("token_count", "int32"), new("source_file", "string")],
            }
        );

    /// <summary>Commit records in one file: what makes them is not the launcher's, nor its memory.</summary>
    sealed class RecordsOnDisk : IDisposable
    {
        readonly TempFolder _folder = new();
        readonly long[] _ends;
        readonly FileStream _file;

        public RecordsOnDisk(WorkUnit[] units, OutputIdentity identity)
        {
            _ends = new long[units.Length];
            _file = File.Create(_folder["records"]);
            for (var i = 0; i < units.Length; i++)
            {
                _file.Write(RecordOf(units[i], identity));
                _ends[i] = _file.Position;
                if (units[i].Files is { Count: > 1000 })
                {
                    GC.Collect();
                }
            }

            _file.Flush();
        }

        public byte[] Read(int index)
        {
            var start = index == 0 ? 0 : _ends[index - 1];
            var content = new byte[_ends[index] - start];
            RandomAccess.Read(_file.SafeFileHandle, content, start);
            return content;
        }

        public void Dispose()
        {
            _file.Dispose();
            _folder.Dispose();
        }
    }

    static (long All, long Largest, int Files) WriteAll(JobPlan plan)
    {
        var sizes = PlanFiles.Write(plan.Work).Select(f => (long)f.Content.Length).ToList();
        return (sizes.Sum(), sizes.Max(), sizes.Count);
    }

    static string Sizes((long All, long Largest, int Files) written) =>
        $"{written.Files} files, {written.All / 1e6:0.0} MB, the largest {written.Largest / 1e6:0.00} MB";

    async Task<T> StepAsync<T>(string name, Func<Task<T>> work, Func<T, string> describe)
    {
        var (cpu, clock) = (Environment.CpuUsage.TotalTime, Stopwatch.StartNew());
        var result = await work();
        using var process = Process.GetCurrentProcess();
        _steps.Add(
            new(
                name,
                (Environment.CpuUsage.TotalTime - cpu).TotalSeconds,
                clock.Elapsed.TotalSeconds,
                process.PeakWorkingSet64,
                describe(result)
            )
        );
        return result;
    }
}

/// <param name="Cpu">Seconds.</param>
/// <param name="Wall">Seconds.</param>
/// <param name="PeakBytes">Of the process, up to the step's end.</param>
/// <param name="What">What came of it.</param>
sealed record ManyObjectsStep(string Name, double Cpu, double Wall, long PeakBytes, string What);
