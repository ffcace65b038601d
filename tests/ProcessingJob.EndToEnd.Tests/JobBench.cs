using System.Diagnostics;
using System.Text.Json.Nodes;
using ProcessingJob.Contract.Container;
using ProcessingJob.Contract.Plan;
using ProcessingJob.Testing;

namespace ProcessingJob.EndToEnd.Tests;

/// <summary>A job over mixed files and the real worker.</summary>
sealed class JobBench : IDisposable
{
    static readonly string[] Written = ["data", "_rejects", "_commits"];
    readonly TempFolder _folder = new();

    /// <param name="rows">Of the large file, which is cut into several units when it has more than about 5,000.</param>
    public JobBench(int rows)
    {
        _folder.Write("data/big.jsonl", string.Concat(Texts.Rows(rows)));
        _folder.Write("data/more/small.jsonl", string.Concat(Texts.Rows(40, seed: 2)));
        _folder.Write(
            "data/table.csv",
            "id,stars,text\n"
                + string.Concat(Enumerable.Range(0, 30).Select(i => $"c{i},{i % 5 + 1},\"quoted, text\nover two lines {i}\"\n"))
        );
        _folder.Write("data/with-rejects.jsonl", "{\"id\":\"r1\",\"stars\":1,\"text\":\"fine\"}\nno json\n{\"id\":\"r2\",\"stars\":2}\n");
    }

    /// <summary>Lines of job.yaml: task and model.</summary>
    public string Job { get; init; } = $"task: embed\nmodel: {Models.Tiny}";

    /// <summary>More keys of its input.</summary>
    public string Input { get; init; } = "";

    public string Path(params string[] parts) => _folder[parts];

    public string Spec =>
        _folder.Write(
            "job.yaml",
            $$"""
            name: bench
            {{Job}}
            input: { data: {{_folder["data"]}}, text: text, id: id, keep: [stars]{{Input}} }
            tokens: { max_length: 48 }
            rejects: { max_fraction: 0.5 }
            """
        );

    /// <summary>pjob run to its end; the document it prints.</summary>
    /// <param name="output">Folder of the output.</param>
    /// <param name="hosts">Worker processes.</param>
    /// <param name="lanes">Units that each works on at a time; null: as the worker chooses.</param>
    public async Task<JsonNode> RunAsync(string output, int hosts, int? lanes = null)
    {
        using var pjob = StartPjob(output, hosts, lanes, "--json");
        return JsonNode.Parse((await pjob.EndAsync()).Out)!;
    }

    /// <summary>The same, and it must complete.</summary>
    public async Task<JsonNode> CompleteAsync(string output, int hosts, int? lanes = null)
    {
        var result = await RunAsync(output, hosts, lanes);
        Assert.True((string?)result["status"] == "Completed", result.ToJsonString());
        return result;
    }

    /// <summary>pjob run, started and left to itself.</summary>
    public Process StartPjob(string output, int hosts, int? lanes = null, params string[] more)
    {
        string[] arguments =
        [
            "run",
            Spec,
            "--output",
            _folder[output],
            "--hosts",
            hosts.ToString(System.Globalization.CultureInfo.InvariantCulture),
            .. more,
        ];
        (string, string)[] environment = lanes is null ? [] : [("PROCESSINGJOB_LANES", $"{lanes}")];
        return (Programs.Pjob with { Arguments = [.. Programs.Pjob.Arguments, .. arguments] }).Start(environment);
    }

    /// <summary>sha256 by name of all that units have written.</summary>
    public SortedDictionary<string, string> Snapshot(string output)
    {
        var root = _folder[output];
        var files = Written.SelectMany(f => Directory.GetFiles(System.IO.Path.Combine(root, f), "*", SearchOption.AllDirectories));
        return new(files.ToDictionary(f => System.IO.Path.GetRelativePath(root, f), Fingerprints.OfFile), StringComparer.Ordinal);
    }

    /// <summary>Commit records with the hosts of a running job.</summary>
    public int CommitsUnderWay(string output)
    {
        var hosts = _folder[output, ".pjob", "hosts"];
        return Directory.Exists(hosts)
            ? Directory
                .GetDirectories(hosts)
                .Select(h => System.IO.Path.Combine(new ContainerPaths(h).Output, "_commits"))
                .Where(Directory.Exists)
                .Sum(c => Directory.GetFiles(c).Length)
            : 0;
    }

    public void Dispose() => _folder.Dispose();
}
