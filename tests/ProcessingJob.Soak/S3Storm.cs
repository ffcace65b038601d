using System.Net;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Launcher.Progress;
using ProcessingJob.Launcher.Tests.SageMaker;
using ProcessingJob.Testing;

namespace ProcessingJob.Soak;

/// <summary>A job whose real workers stream from and to an S3 that fails, lies and comes late, run again until it is done.</summary>
static class S3Storm
{
    const int Hosts = 3;

    /// <summary>One request in so many is spoiled.</summary>
    const int Every = 12;

    /// <summary>Of these, one in so many cannot be survived by trying again.</summary>
    const int Hard = 60;

    static readonly string[] OfReads = ["503", "500", "short", "cut 200", "late", "long"];
    static readonly string[] OfWrites = ["503", "500", "done but 500", "late"];

    /// <returns>Runs, and what differs from the undisturbed output; null: there is no S3 server on this machine.</returns>
    /// <exception cref="InvalidOperationException">A run that nobody disturbed failed, or said nothing.</exception>
    public static async Task<(int Runs, int Different)?> RunAsync(SoakOptions options, string model, FaultCount count)
    {
        if (!MotoServer.TryStart(out var server, out var reason))
        {
            Console.WriteLine($"s3 storm: not here ({reason})");
            return null;
        }

        using (server)
        {
            using var proxy = new FaultProxy(server.Endpoint);
            await using var calm = await StartAsync(server.Endpoint, options);
            var undisturbed = await calm.RunAsync(Spec(calm, model));
            if (undisturbed.Status != JobState.Completed)
            {
                throw new InvalidOperationException($"s3: the undisturbed run failed: {undisturbed.Message}");
            }

            var wanted = await calm.SnapshotAsync();
            var (runs, different) = (0, 0);
            while (count.Total < options.S3Faults)
            {
                await using var bench = await StartAsync(proxy.Endpoint, options);
                runs += await UntilDoneAsync(bench, proxy, model, count, new Random(options.Seed + runs));
                var found = await bench.SnapshotAsync();
                different += wanted.Count(w => !found.Remove(w.Key, out var content) || content != w.Value) + found.Count;
            }

            return (runs, different);
        }
    }

    static async Task<int> UntilDoneAsync(RemoteBench bench, FaultProxy proxy, string model, FaultCount count, Random random)
    {
        for (var runs = 1; ; runs++)
        {
            var before = count.Total;
            proxy.Fault = (_, request) => Spoil(request, bench.Bucket, count, random);
            var (completed, message) = await RunAsync(bench, model);
            proxy.Fault = (_, _) => null;
            if (completed)
            {
                return runs;
            }

            if (count.Total == before || string.IsNullOrWhiteSpace(message))
            {
                throw new InvalidOperationException($"s3: run {runs} failed with '{message}', after {count.Total - before} faults");
            }

            Console.WriteLine($"  run {runs}: {message.ReplaceLineEndings(" ")}");
        }
    }

    static async Task<(bool Completed, string Message)> RunAsync(RemoteBench bench, string model)
    {
        try
        {
            var result = await bench.RunAsync(Spec(bench, model));
            return (result.Status == JobState.Completed, result.Message ?? "");
        }
        catch (PJobException e)
        {
            return (false, e.Message);
        }
    }

    static string? Spoil(HttpListenerRequest request, string bucket, FaultCount count, Random random)
    {
        lock (random)
        {
            // Models and plans are brought by the service, whose fake here checks nothing.
            string[] ours = [$"/{bucket}/in", $"/{bucket}/out", $"/{bucket}?"];
            if (!ours.Any(o => request.RawUrl!.StartsWith(o, StringComparison.Ordinal)) || random.Next(Every) > 0)
            {
                return null;
            }

            var kinds = request.HttpMethod is "GET" or "HEAD" ? OfReads : OfWrites;
            var kind =
                random.Next(Hard) == 0 ? "403"
                : request.HttpMethod == "HEAD" ? "503"
                : kinds[random.Next(kinds.Length)];
            count.Add($"s3: {kind}");
            return kind;
        }
    }

    static async Task<RemoteBench> StartAsync(Uri s3, SoakOptions options)
    {
        var bench = await RemoteBench.StartAsync(s3.ToString(), files: 0, ["dotnet", options.Worker], retries: 2);
        foreach (var file in Enumerable.Range(0, 16))
        {
            var rows = Samples.SampleTexts.Reviews(options.Seed + file, 1_500);
            await bench.PutAsync(
                $"in/part-{file:00}.jsonl",
                string.Concat(rows.Select((text, i) => System.Text.Json.JsonSerializer.Serialize(new { id = $"{file}-{i}", text }) + "\n"))
            );
        }

        return bench;
    }

    static JobSpec Spec(RemoteBench bench, string model)
    {
        var spec = bench.Spec(Hosts);
        return spec with
        {
            Task = TaskKind.Tokenize,
            Model = model,
            Input = spec.Input with { Format = InputFormat.Auto, Text = ["text"], Id = "id", Transfer = Transfer.Stream },
            Output = spec.Output with { Transfer = Transfer.Stream },
            Tokens = new() { MaxLength = 64 },
        };
    }
}
