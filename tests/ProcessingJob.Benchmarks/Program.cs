using System.Text.Json;
using ProcessingJob.Benchmarks;
using ProcessingJob.Benchmarks.Host;
using ProcessingJob.Benchmarks.Start;

const string Only = "--only=";

if (args is [StartCase.Command, var root])
{
    await StartCase.RunAsync(root);
    return 0;
}

if (args is [HostCase.Command, var json])
{
    Console.WriteLine(JsonSerializer.Serialize(await JsonSerializer.Deserialize<HostCase>(json)!.RunAsync()));
    return 0;
}

if (args is [ObjectsBenchmark.Command, var objects, var size])
{
    await ObjectsBenchmark.CaseAsync(int.Parse(objects), long.Parse(size));
    return 0;
}

// One command, one table: dotnet run -c Release --project tests/ProcessingJob.Benchmarks -- [NAME…] [--full] [--only=TEXT]
(string Name, string What, Func<BenchmarkOptions, Table, Task> Run)[] benchmarks =
[
    ("engine", "the engine against ONNX Runtime fed ideally, with and without its own means", EngineBenchmark.RunAsync),
    ("tasks", "the engine with each task's head against ONNX Runtime on the same graph", TaskBenchmark.RunAsync),
    ("graph", "all-MiniLM-L6-v2 from its .onnx file and from safetensors", GraphBenchmark.RunAsync),
    ("peer", "the engine against transformers.js on the same texts and model", PeerBenchmark.RunAsync),
    ("tokenizer", "the tokenizers against Hugging Face's, one thread and two", TokenizerBenchmark.RunAsync),
    (
        "worker",
        "the whole worker as a process against the ideal, transformers.js, and itself with ten times the rows",
        WorkerBenchmark.RunAsync
    ),
    ("host", "the worker without its model, with a device that answers at once", (o, _) => HostBenchmark.RunAsync(o)),
    ("objects", "the launcher with up to a million objects on S3", (o, _) => ObjectsBenchmark.RunAsync(o)),
    ("files", "the whole job over 20,000 files of one row against one file of 20,000 rows", (o, _) => FilesBenchmark.RunAsync()),
    ("memory", "peak memory of the worker without its model over ten times the rows", (_, _) => MemoryBenchmark.RunAsync()),
    ("start", "CPU time from the start of the worker to its first batch", (_, _) => StartBenchmark.RunAsync()),
    ("data", "reading and writing, by CPU time of one thread", (o, _) => new DataBenchmark(o.Only).RunAsync()),
];

var names = args.Where(a => !a.StartsWith('-')).ToArray();
if (args.Any(a => a is "-h" or "--help") || names.Any(n => benchmarks.All(b => b.Name != n)))
{
    Console.WriteLine("benchmarks [NAME…] [--full] [--only=TEXT]");
    Console.WriteLine("  --full: more texts, long reviews at 512 and the base models; about half an hour");
    Console.WriteLine("  --only=TEXT: of data, what has TEXT in its name");
    foreach (var (name, what, _) in benchmarks)
    {
        Console.WriteLine($"  {name, -10} {what}");
    }

    return names.Length == 0 ? 0 : 2;
}

var options = new BenchmarkOptions(args.Contains("--full"), args.LastOrDefault(a => a.StartsWith(Only))?[Only.Length..] ?? "");
var table = new Table(Console.Out);
Console.WriteLine(Machine.Describe());
foreach (var (name, what, run) in benchmarks.Where(b => names.Length == 0 || names.Contains(b.Name)))
{
    table.Section($"{name}: {what}");
    await run(options, table);
}

return Environment.ExitCode;
