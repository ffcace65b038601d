using Amazon.S3;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Columns;
using ProcessingJob.Contract.Container;
using ProcessingJob.Contract.Output;
using ProcessingJob.Contract.Plan;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Data.Finalizing;
using ProcessingJob.Data.Reading;
using ProcessingJob.Data.Writing;
using ProcessingJob.Inference.Devices;
using ProcessingJob.Inference.Engine;
using ProcessingJob.Storage;
using ProcessingJob.Tokenization;
using ProcessingJob.Worker.Observability;
using ProcessingJob.Worker.Stages;
using Serilog;

namespace ProcessingJob.Worker;

/// <summary>One run of the worker: from the job's files to its report.</summary>
sealed class WorkerRun(WorkerArguments arguments, ContainerPaths paths, ResourceConfig hosts, ILogger log, TimeProvider time)
{
    readonly DateTimeOffset _startedAt = time.GetUtcNow();
    HostReport _report = new();
    readonly Retry _retry = new(time);
    IOutputStore? _store;
    RunMonitor? _monitor;

    /// <summary>What a measurement puts in place of the devices and around the files.</summary>
    public WorkerSeams Seams { get; init; } = new();

    /// <summary>Does this host's share of the job.</summary>
    /// <returns>One line for the user.</returns>
    /// <exception cref="PJobException">What is wrong, with the exit code.</exception>
    public async Task<string> RunAsync(CancellationToken cancellationToken)
    {
        // On another core meanwhile; its faults are told where the model is loaded, if it ever is.
        var tokenizer = Task.Run(() => Tokenizer.Load(paths.Model), CancellationToken.None);
        var spec = arguments.ReadSpec(paths);
        var job = ProcessingJobConfig.Read(paths.ProcessingJobConfigFile);
        var labels = new RunLabels(spec.Name, job.JobName, Names.Of(spec.Task), hosts.CurrentHost);
        _monitor = new(job, labels, _startedAt, log, time);
        var plan = await PlanFiles.ReadAsync(paths, cancellationToken);
        var (data, store) = Endpoints(spec, plan, job);
        (data, store) = (Seams.Data(data), Seams.Store(store));
        await store.ProbeAsync(cancellationToken);
        _store = store;
        spec = CheckDevice(spec);
        var shard = await Shard.CreateAsync(spec, plan, paths, hosts, data, cancellationToken);
        _report = _report with { UnitsSkipped = shard.Skipped };
        if (plan is null)
        {
            await ClaimAsync(spec, shard, store, cancellationToken);
        }

        log.Information(
            "{Host:l} is host {Rank} of {Hosts}; units to do: {Units} ({Bytes} bytes), committed before: {Skipped}",
            hosts.CurrentHost,
            hosts.Rank + 1,
            hosts.Hosts.Count,
            shard.Units.Count,
            shard.Bytes,
            shard.Skipped
        );
        return shard.Units.Count == 0
            ? "nothing to do: this host was given no data, or all of it is committed already"
            : await RunAsync(_monitor, spec, plan, tokenizer, shard, data, store, cancellationToken);
    }

    // There is no launcher to say what the output is of: each host says the same.
    static async Task ClaimAsync(JobSpec spec, Shard shard, IOutputStore store, CancellationToken cancellationToken)
    {
        var identity = new OutputIdentity(spec, shard.ModelFingerprint) { Planned = false };
        await identity.CheckAsync(store, cancellationToken);
        await identity.ClaimAsync(store, cancellationToken);
    }

    JobSpec CheckDevice(JobSpec spec)
    {
        var (type, gpus) = HostDevice.Of(hosts, paths);
        _report = _report with { Task = Names.Of(spec.Task), InstanceType = type };
        var device = HostDevice.Check(spec, type, gpus, DeviceCheck.Run);
        if (device.Gpu is { } gpu)
        {
            log.Information("{Host:l}: {Gpu:l}", hosts.CurrentHost, gpu.ToString());
            _report = _report with { Gpu = gpu };
        }

        return spec with
        {
            Compute = spec.Compute with { Device = device.Kind },
        };
    }

    /// <summary>Sends what is left of metrics and traces.</summary>
    public Task EndAsync(string status, string message) => _monitor?.EndAsync(status, message) ?? Task.CompletedTask;

    /// <summary>Writes _reports/&lt;host&gt;.json; a run without an output has none.</summary>
    public async Task WriteReportAsync(string status, string message)
    {
        if (_store is null)
        {
            return;
        }

        var report = _report with
        {
            Host = hosts.CurrentHost,
            Rank = hosts.Rank,
            Status = status,
            Message = message,
            StartedAt = _startedAt,
            FinishedAt = time.GetUtcNow(),
            PeakMemoryBytes = System.Diagnostics.Process.GetCurrentProcess().PeakWorkingSet64,
        };
        try
        {
            await using var file = await _store.StageAsync(OutputLayout.Report(hosts.CurrentHost), CancellationToken.None);
            await file.Stream.WriteAsync(ContractJson.Write(report));
            await file.FinishAsync(CancellationToken.None);
            await file.PublishAsync(CancellationToken.None);
        }
        catch (Exception e) when (e is PJobException or IOException or UnauthorizedAccessException or AmazonS3Exception)
        {
            log.Warning("The report could not be written: {Problem}", e.Message);
        }
    }

    async Task<string> RunAsync(
        RunMonitor monitor,
        JobSpec spec,
        WorkPlan? plan,
        Task<Tokenizer> tokenizer,
        Shard shard,
        IDataRoot data,
        IOutputStore store,
        CancellationToken cancellationToken
    )
    {
        var schema = plan?.Schema ?? await InferSchemaAsync(spec, shard, data, cancellationToken);
        if (spec.Compute is { Tune: true, TokenBudget: null } && plan?.TokenBudget is null && TaskTable.Of(spec.Task).RunsModel)
        {
            spec = spec with
            {
                Compute = spec.Compute with
                {
                    TokenBudget = await Tuning.MeasureAsync(spec, schema, shard.Units[0], data, paths, log, cancellationToken),
                },
            };
        }

        using var model = monitor.During("load model", () => LoadedModel.Load(spec, plan, paths, log, tokenizer, Seams.Engine));
        var totals = new RunTotals(model.MaxLength);
        var reader = new RowReader(model.Blocks(ReadOptions.From(spec, schema)));
        var fixedWidth = spec.Output.Vector == VectorKind.FixedSizeList ? StoredWidth(spec, model.Engine!.Output.Width) : (int?)null;
        var output = new OutputRows(model.Task, reader, spec, model.MaxLength, fixedWidth);
        CheckSameDevice(plan, model.Engine?.Computed);
        var lanes = LanePlan.Of(model, spec, reader.Options);
        log.Information(
            "{Lanes} units at a time ({Reason:l}), in at most {Megabytes} MiB of memory",
            lanes.Lanes,
            lanes.Reason,
            lanes.Bytes >> 20
        );
        var writing = WriteOptions.From(spec, shard.SpecFingerprint, shard.ModelFingerprint) with
        {
            Computed = model.Engine?.Computed,
            // Without a plan a host that was given empty files alone does not know the types of the others' columns.
            EmptyParts = plan is not null || shard.Units.Any(u => u.Size > 0),
            Metadata = PartMetadata.Of(spec, shard.SpecFingerprint, shard.ModelFingerprint, model.Resolved),
        };
        var pipeline = new Pipeline(
            new PipelineParts(
                data,
                reader,
                model.Engine,
                () => new OutputRows(model.CreateTask(), reader, spec, model.MaxLength, fixedWidth),
                model.CreateEncoder,
                unit => new UnitWriter(store, unit, output.Written, writing),
                totals,
                lanes.Lanes,
                lanes.BlocksAhead
            )
            {
                Committed = new RejectLimit(spec, plan, shard, data, totals).CheckAsync,
                Traced = monitor.IsTraced,
            }
        );
        Func<EngineStats>? stats = model.Engine is { } engine ? () => engine.Stats : null;
        using var progress = new Progress(totals, stats, shard.Bytes, log, time);
        using var watched = monitor.Watch(new(totals, pipeline, stats, () => _retry.Repeats));
        try
        {
            await pipeline.RunAsync(shard.Units, cancellationToken);
        }
        finally
        {
            var rejects = totals.Rejects();
            var points = progress.Points;
            _report = model.Describe(_report) with
            {
                UnitsDone = pipeline.UnitsDone,
                RowsIn = totals.RowsIn,
                RowsOut = totals.RowsOut,
                Tokens = totals.Tokens,
                Truncated = totals.Truncated,
                Rejects = rejects.ByReason,
                RejectSamples = rejects.Samples,
                BusySeconds = points[^1].Seconds,
                Stages = pipeline.Stages,
                Throughput = points,
                Lengths = totals.Lengths,
                LengthBucket = RunTotals.LengthBucket,
            };
        }
        return Verdict(spec, plan, totals, pipeline.Failures);
    }

    // Of binary embeddings a byte holds eight dimensions.
    static int StoredWidth(JobSpec spec, int dimensions) =>
        spec.Embed.Precision is EmbeddingPrecision.Binary or EmbeddingPrecision.Ubinary ? dimensions / 8 : dimensions;

    static void CheckSameDevice(WorkPlan? plan, ComputeRecord? own)
    {
        if (plan?.Computed is { } before && own is not null && before != own)
        {
            throw new PJobException(MixedDevices.Message($"{own}", before), ExitCode.BadSpec);
        }
    }

    static string Verdict(JobSpec spec, WorkPlan? plan, RunTotals totals, IReadOnlyList<PJobException> failures)
    {
        if (failures.Count > 0)
        {
            throw new PJobException(
                string.Join('\n', failures.Take(5).Select(f => f.Message))
                    + (failures.Count > 5 ? $"\n… and {failures.Count - 5} more files" : "")
            );
        }
        // With a plan the launcher decides, who sees all hosts and what earlier runs have committed.
        if (plan is null && totals.Rejected > spec.Rejects.MaxFraction * totals.RowsIn)
        {
            var samples = totals.Rejects().Samples.Take(3).Select(r => $"{r.SourceFile}:{r.SourceRow}: {r.Reason}: {r.Message}");
            throw new PJobException(
                $"{totals.Rejected} of {totals.RowsIn} rows rejected, more than rejects.max_fraction {spec.Rejects.MaxFraction}: "
                    + $"{string.Join("; ", samples)}",
                ExitCode.Rejects
            );
        }
        return $"{totals.RowsIn} rows in, {totals.RowsOut} rows out, {totals.Rejected} rejected, {totals.Tokens} tokens";
    }

    (IDataRoot Data, IOutputStore Store) Endpoints(JobSpec spec, WorkPlan? plan, ProcessingJobConfig job)
    {
        var streams = spec.Input.Transfer == Transfer.Stream || spec.Output.Transfer == Transfer.Stream;
        var client = new Lazy<IAmazonS3>(() => S3Clients.Create(spec.Aws.Region ?? job.Region));
        if (!streams)
        {
            return (new LocalData(paths.Data), new LocalStore(paths.Output, paths.Staging));
        }

        return (
            spec.Input.Transfer == Transfer.Stream
                ? new S3Data(client.Value, S3Uri.Parse(plan?.DataUri ?? spec.Input.Data, "input.data"), retry: _retry)
                : new LocalData(paths.Data),
            spec.Output.Transfer == Transfer.Stream
                ? new S3Store(
                    client.Value,
                    S3Uri.Parse(plan?.OutputUri ?? spec.Output.Data, "output.data"),
                    kmsKey: spec.Aws.KmsKey,
                    retry: _retry
                )
                : new LocalStore(paths.Output, paths.Staging)
        );
    }

    static async Task<IReadOnlyList<KeptColumn>> InferSchemaAsync(
        JobSpec spec,
        Shard shard,
        IDataRoot data,
        CancellationToken cancellationToken
    )
    {
        // An empty file says nothing of types.
        var first = shard.Units.SelectMany(u => u.Pieces).OrderBy(u => u.Size == 0).ThenBy(u => u.Source, StringComparer.Ordinal).First();
        await using var source = await data.OpenAsync(first, cancellationToken);
        return await SchemaSampler.InferAsync(source, first.Format, spec.Input, cancellationToken);
    }
}
