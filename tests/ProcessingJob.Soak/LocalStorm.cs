namespace ProcessingJob.Soak;

/// <summary>Runs a job again and again while its processes, files, disk and clock are disturbed, until it is done.</summary>
sealed class LocalStorm
{
    const int SigKill = 9;
    const int SigTerm = 15;
    const int SigCont = 18;
    const int SigStop = 19;
    static readonly TimeSpan Longest = TimeSpan.FromMinutes(15);

    readonly SoakOptions _options;
    readonly string _spec;
    readonly string _output;
    readonly Random _random;
    readonly FaultCount _count;
    readonly Disk? _disk;
    readonly Clock? _clock;
    readonly string[] _inputs;
    readonly List<Action> _repairs = [];
    readonly Stack<(string Kind, Func<LocalRun, Task<bool>> Apply)> _deck;

    /// <param name="options">Hosts and seed.</param>
    /// <param name="spec">job.yaml; its input.data is beside it.</param>
    /// <param name="output">Where to.</param>
    /// <param name="faults">How many faults; 0: the undisturbed run.</param>
    /// <param name="count">Told what was done.</param>
    /// <param name="disk">The output's file system, if it is one of its own.</param>
    public LocalStorm(SoakOptions options, string spec, string output, int faults, FaultCount count, Disk? disk)
    {
        (_options, _spec, _output, _count, _disk) = (options, spec, output, count, disk);
        _random = new Random(options.Seed);
        var folder = Path.GetDirectoryName(spec)!;
        _inputs = Directory.GetFiles(Path.Combine(folder, "data"));
        _clock = faults > 0 ? Clock.TryCreate(Path.Combine(folder, "clock")) : null;
        var kinds = Kinds();
        var all = kinds.Sum(k => k.Weight);
        var deck = kinds.SelectMany(k => Enumerable.Repeat((k.Kind, k.Apply), k.Weight * faults / all)).ToArray();
        _random.Shuffle(deck);
        _deck = new(deck);
    }

    public int Runs { get; private set; }

    /// <summary>Deals out all faults, then lets the job end.</summary>
    /// <exception cref="InvalidOperationException">A run that nobody disturbed failed, hung, or ended with a message that is no
    /// message.</exception>
    public async Task RunAsync()
    {
        while (true)
        {
            var before = _count.Total;
            Runs++;
            using var run = new LocalRun(
                _options.Pjob,
                _spec,
                _output,
                _options.Hosts,
                _clock?.Environment ?? new Dictionary<string, string>()
            );
            await DisturbAsync(run);
            foreach (var repair in _repairs)
            {
                repair();
            }

            _repairs.Clear();
            if (run.ExitCode == 0)
            {
                return;
            }

            var text = await run.TextAsync();
            if (_count.Total == before)
            {
                throw new InvalidOperationException($"run {Runs} was left alone and ended with exit code {run.ExitCode}: {text}");
            }

            if (text.Contains("   at ", StringComparison.Ordinal) || text.Contains("Unhandled", StringComparison.Ordinal))
            {
                throw new InvalidOperationException($"run {Runs} ended with a stack trace: {text}");
            }

            Console.WriteLine(
                $"  run {Runs}: exit code {run.ExitCode}: "
                    + $"{text.Split('\n').LastOrDefault(l => l.StartsWith("error: ", StringComparison.Ordinal))}"
            );
        }
    }

    async Task DisturbAsync(LocalRun run)
    {
        var started = DateTime.UtcNow;
        while (!run.HasExited)
        {
            await run.EndOrAsync(TimeSpan.FromMilliseconds(_random.Next(300, 3_000)));
            if (!run.HasExited && _deck.TryPeek(out var fault) && await fault.Apply(run))
            {
                _count.Add(fault.Kind);
                _deck.Pop();
            }

            if (DateTime.UtcNow - started > Longest)
            {
                throw new InvalidOperationException($"run {Runs} has not ended within {Longest.TotalMinutes:0} minutes");
            }
        }
    }

    (string Kind, int Weight, Func<LocalRun, Task<bool>> Apply)[] Kinds() =>
        [
            ("SIGKILL of a worker", 24, run => OnWorkerAsync(run, SigKill)),
            ("SIGTERM of a worker", 6, run => OnWorkerAsync(run, SigTerm)),
            ("SIGSTOP of a worker, then SIGCONT", 16, StopForAWhileAsync),
            ("SIGSTOP of a worker for good", 2, run => OnWorkerAsync(run, SigStop)),
            ("SIGKILL of pjob", 10, KillLauncherAsync),
            ("input changed", 8, ChangeInputAsync),
            .. _disk is null ? [] : (IEnumerable<(string, int, Func<LocalRun, Task<bool>>)>)[("disk full", 6, FillDiskAsync)],
            .. _clock is null ? [] : (IEnumerable<(string, int, Func<LocalRun, Task<bool>>)>)[("clock jumped", 8, JumpAsync)],
        ];

    Task<bool> OnWorkerAsync(LocalRun run, int signal)
    {
        if (run.Workers() is not { Count: > 0 } workers)
        {
            return Task.FromResult(false);
        }

        LocalRun.Signal(workers[_random.Next(workers.Count)], signal);
        return Task.FromResult(true);
    }

    async Task<bool> StopForAWhileAsync(LocalRun run)
    {
        if (run.Workers() is not { Count: > 0 } workers)
        {
            return false;
        }

        var worker = workers[_random.Next(workers.Count)];
        LocalRun.Signal(worker, SigStop);
        await Task.Delay(_random.Next(500, 4_000));
        LocalRun.Signal(worker, SigCont);
        return true;
    }

    async Task<bool> KillLauncherAsync(LocalRun run)
    {
        if (run.Workers().Count == 0)
        {
            return false;
        }

        run.Kill();
        // One that was stopped for good cannot end by itself: the next run ends it.
        for (var waits = 0; run.Workers().Any(worker => !LocalRun.IsStopped(worker)); waits++)
        {
            // They are cut off after 8 s; what a busy machine adds to that is not their fault.
            if (waits == 300)
            {
                throw new InvalidOperationException("workers live on 30 s after their launcher was killed");
            }

            await Task.Delay(100);
        }

        return true;
    }

    /// <summary>A file grows while the job runs; what was there before comes back for the next run.</summary>
    Task<bool> ChangeInputAsync(LocalRun run)
    {
        if (run.Workers().Count == 0)
        {
            return Task.FromResult(false);
        }

        var file = _inputs[_random.Next(_inputs.Length)];
        var length = new FileInfo(file).Length;
        File.AppendAllText(file, "changed\n");
        _repairs.Add(() =>
        {
            using var stream = File.OpenWrite(file);
            stream.SetLength(length);
        });
        return Task.FromResult(true);
    }

    async Task<bool> FillDiskAsync(LocalRun run)
    {
        if (run.Workers().Count == 0)
        {
            return false;
        }

        _disk!.Fill();
        await run.EndOrAsync(TimeSpan.FromSeconds(3));
        _disk.Free();
        return true;
    }

    Task<bool> JumpAsync(LocalRun run)
    {
        _clock!.Jump(_random.Next(-86_400, 86_400));
        return Task.FromResult(true);
    }
}
