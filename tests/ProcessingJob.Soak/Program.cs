// The same job over generated data: once left alone, then with its processes, files, disk and clock disturbed at random, and once more
// against an S3 that lies. All must end with the same bytes, and every failed run with a message.
using System.Diagnostics;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Output;
using ProcessingJob.Samples;
using ProcessingJob.Soak;
using ProcessingJob.Testing;

var options = SoakOptions.Parse(args);
var root = Path.Combine(Repo.Root, "out", "soak");
if (Directory.Exists(root))
{
    Directory.Delete(root, recursive: true);
}

Directory.CreateDirectory(root);

var clock = Stopwatch.StartNew();
var bad = await SoakData.WriteAsync(Path.Combine(root, "data"), options.Rows, options.Files, options.Seed);
var model = Path.Combine(root, "model");
SampleModels.Write(model, new SampleModelOptions { Size = ModelSize.Tiny, Seed = options.Seed });
var spec = Path.Combine(root, "job.yaml");
File.WriteAllText(
    spec,
    $$"""
    name: soak
    task: tokenize
    model: {{model}}
    input: { data: {{root}}/data, text: text, id: id, keep: [stars] }
    tokens: { max_length: 64 }
    compute: { silence_limit: 60s }
    output: { data: {{root}}/calm, split: { train: 0.9, test: 0.1 } }
    """
);
Console.WriteLine($"{options.Rows:N0} rows in {options.Files} files written in {clock.Elapsed.TotalSeconds:0} s");

var count = new FaultCount();
using var disk = Disk.TryMount(Path.Combine(root, "disk"));
Console.WriteLine(disk is null ? "disk full: not here (only root may mount a small disk)" : "disk full: on a tmpfs");
var calm = await RunAsync("calm", Path.Combine(root, "calm"), 0);
var storm = await RunAsync("storm", Path.Combine(disk?.Path ?? root, "storm"), options.Faults);
var parts = calm.Manifest.Parts.Concat(calm.Manifest.RejectFiles).ToDictionary(p => p.Path);
var different = storm
    .Manifest.Parts.Concat(storm.Manifest.RejectFiles)
    .Where(p => !parts.Remove(p.Path, out var other) || other != p)
    .ToList();
var (kept, rejected) = (storm.Manifest.RowsOut, storm.Manifest.RejectedRows);
var good =
    different.Count == 0 && parts.Count == 0 && storm.Manifest.RowsIn == options.Rows && rejected == bad && kept == options.Rows - bad;
Console.WriteLine(
    $"storm: {count}, {storm.Runs} runs; {kept:N0} rows out, {rejected} rejected, {different.Count + parts.Count} files differ from the "
        + "undisturbed run"
);

var lies = new FaultCount();
clock.Restart();
if (options.S3Faults > 0 && await S3Storm.RunAsync(options, model, lies) is { } s3)
{
    good &= s3.Different == 0;
    Console.WriteLine(
        $"s3 storm: {lies}, {s3.Runs} runs, {clock.Elapsed.TotalSeconds:0} s; {s3.Different} files differ from the undisturbed run"
    );
}

Console.WriteLine(good ? $"SAME: {count.Total + lies.Total} faults; every row once, every byte as in the undisturbed run" : "DIFFERENT");
return good ? 0 : 1;

async Task<(Manifest Manifest, int Runs)> RunAsync(string name, string output, int faults)
{
    var run = new LocalStorm(options, spec, output, faults, count, disk);
    clock.Restart();
    await run.RunAsync();
    using var check = Process.Start("dotnet", [options.Pjob, "check", output]);
    await check.WaitForExitAsync();
    if (check.ExitCode != 0)
    {
        throw new InvalidOperationException($"{output}: pjob check failed");
    }

    var memory = Directory
        .GetFiles(Path.Combine(output, "_reports"))
        .Max(f => ContractJson.Read<HostReport>(File.ReadAllBytes(f), f).PeakMemoryBytes);
    Console.WriteLine($"{name}: {clock.Elapsed.TotalSeconds:0} s, peak memory of a worker {memory >> 20} MiB");
    return (ContractJson.Read<Manifest>(File.ReadAllBytes(Path.Combine(output, OutputLayout.Manifest)), name), run.Runs);
}
