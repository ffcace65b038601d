// The same job twice over generated data: once left alone, once with its workers killed at random. Both must end with the same bytes.
using System.Diagnostics;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Output;
using ProcessingJob.Samples;
using ProcessingJob.Soak;
using ProcessingJob.Testing;

long Option(string name, long value) => Array.IndexOf(args, "--" + name) is var i and >= 0 ? long.Parse(args[i + 1]) : value;
var (rows, files, hosts, kills, seed) = (
    Option("rows", 2_000_000),
    (int)Option("files", 48),
    (int)Option("hosts", 5),
    (int)Option("kills", 25),
    (int)Option("seed", 1)
);
var pjob = args[0];
var root = Path.Combine(Repo.Root, "out", "soak");
if (Directory.Exists(root))
{
    Directory.Delete(root, recursive: true);
}

Directory.CreateDirectory(root);

var clock = Stopwatch.StartNew();
var bad = await SoakData.WriteAsync(Path.Combine(root, "data"), rows, files, seed);
SampleModels.Write(Path.Combine(root, "model"), new SampleModelOptions { Size = ModelSize.Tiny, Seed = seed });
var spec = Path.Combine(root, "job.yaml");
File.WriteAllText(
    spec,
    $$"""
    name: soak
    task: tokenize
    model: {{root}}/model
    input: { data: {{root}}/data, text: text, id: id, keep: [stars] }
    tokens: { max_length: 64 }
    output: { data: {{root}}/calm, split: { train: 0.9, test: 0.1 } }
    """
);
Console.WriteLine($"{rows:N0} rows in {files} files written in {clock.Elapsed.TotalSeconds:0} s");

var calm = await RunAsync("calm", 0);
var storm = await RunAsync("storm", kills);
var parts = calm.Manifest.Parts.Concat(calm.Manifest.RejectFiles).ToDictionary(p => p.Path);
var different = storm
    .Manifest.Parts.Concat(storm.Manifest.RejectFiles)
    .Where(p => !parts.Remove(p.Path, out var other) || other != p)
    .ToList();
var (kept, rejected) = (storm.Manifest.RowsOut, storm.Manifest.RejectedRows);
var good = different.Count == 0 && parts.Count == 0 && storm.Manifest.RowsIn == rows && rejected == bad && kept == rows - bad;
Console.WriteLine(
    $"storm: {storm.Kills} workers killed, {storm.Runs} runs; {kept:N0} rows out, {rejected} rejected, "
        + $"{different.Count + parts.Count} files differ from the undisturbed run"
);
Console.WriteLine(good ? "SAME: every row once, every byte as in the undisturbed run" : "DIFFERENT");
return good ? 0 : 1;

async Task<(Manifest Manifest, int Kills, int Runs)> RunAsync(string name, int kill)
{
    var output = Path.Combine(root, name);
    var run = new Storm(pjob, spec, output, hosts, kill, new Random(seed));
    clock.Restart();
    await run.RunAsync();
    using var check = Process.Start("dotnet", [pjob, "check", output]);
    await check.WaitForExitAsync();
    if (check.ExitCode != 0)
    {
        throw new InvalidOperationException($"{output}: pjob check failed");
    }

    var memory = Directory
        .GetFiles(Path.Combine(output, "_reports"))
        .Max(f => ContractJson.Read<HostReport>(File.ReadAllBytes(f), f).PeakMemoryBytes);
    Console.WriteLine($"{name}: {clock.Elapsed.TotalSeconds:0} s, peak memory of a worker {memory >> 20} MiB");
    return (ContractJson.Read<Manifest>(File.ReadAllBytes(Path.Combine(output, OutputLayout.Manifest)), name), run.Kills, run.Runs);
}
