using DuckDB.NET.Data;
using ProcessingJob.Testing;

namespace ProcessingJob.EndToEnd.Tests;

/// <summary>The folder of somebody's first day: a few files, a model, a job, a finished output, a failed one.</summary>
public sealed class FirstDay : IAsyncLifetime
{
    readonly TempFolder _folder = new();

    public string this[params string[] path] => _folder[path];

    public async ValueTask InitializeAsync()
    {
        var rows = Texts.Rows(20).Select((_, i) => $"r{i},\"the red dress number {i}, fits\",{i % 5 + 1}\n");
        _folder.Write("reviews.csv", "id,text,stars\n" + string.Concat(rows));
        _folder.Write("semi.csv", "ID;\"Review Text\";Stars\n1;\"good, very\";4\n2;\"bad, very\";1\n");
        _folder.Write("empty.csv", "");
        _folder.Write("header.csv", "id,text,stars\n");
        _folder.Write("twice.csv", "id,text,text\n1,a,b\n");
        _folder.Write("escape.csv", "id,\e[31mtext\a\n1,hello\n");
        _folder.Write("blank.csv", "id,text\n" + string.Concat(Enumerable.Range(0, 20).Select(i => $"{i},\n")));
        _folder.Write("nested.jsonl", """{"id": 1, "review": {"body": "a fine thing", "lang": "en"}}""" + "\n");
        _folder.Write("texts/a.txt", "hello\n");
        _folder.Write("texts/b.txt", "world\n");
        _folder.Write("texts/notes.md", "# notes\n");
        _folder.Write("foreign/data/part-x.parquet", "hi");
        _folder.Write("job.yaml", Job("reviews.csv", "out"));
        _folder.Write("misspelt.yaml", "name: x\ntask: embed\ninput:\n  txet: text\n");
        _folder.Write("colon.yaml", "name: x\ntask: embed: y\n");
        _folder.Write("tab.yaml", "name: x\n\ttask: embed\n");
        _folder.Write("twice.yaml", "name: x\ntask: embed\nname: y\n");
        _folder.Write("bom.json", "\uFEFF{ \"model\": \"model\", \"input\": { \"data\": \"reviews.csv\", \"text\": \"text\" } }");
        _folder.Write("été 1/отзывы.csv", "id,text\n1,a fine thing\n");
        _folder.Write("array.json", "[{\"text\": \"a\"}, {\"text\": \"b\"}]");
        _folder.Write("fake.parquet", "id,text\n1,a\n");
        _folder.Write("quote.yaml", "name: \"x\ntask: embed\n");
        Directory.CreateDirectory(_folder["empty-model"]);
        CopyWithoutWeights(_folder["no-weights"]);
        Directory.CreateSymbolicLink(_folder["model"], Models.Tiny);
        Query($"COPY (SELECT i::TINYINT AS stars, 'text ' || i AS text FROM range(9) r(i)) TO '{_folder["typed.parquet"]}'");

        await RequireAsync(0, "run", "job.yaml", "-o", "done");
        await RequireAsync(3, "run", "job.yaml", "-o", "failed", "--input.data", "blank.csv", "--input.keep", "[]");
        await RequireAsync(0, "run", "job.yaml", "-o", "tokens", "--task", "tokenize");
    }

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>pjob as typed in that folder, without an account.</summary>
    internal async Task<Ended> PjobAsync(params string[] arguments)
    {
        using var process = System.Diagnostics.Process.Start(Start(arguments))!;
        process.StandardInput.Close();
        return await process.EndAsync();
    }

    internal System.Diagnostics.ProcessStartInfo Start(params string[] arguments)
    {
        var start = (Programs.Pjob with { Arguments = [.. Programs.Pjob.Arguments, .. arguments] }).ToStartInfo();
        start.WorkingDirectory = _folder.Path;
        foreach (
            var (name, value) in (ReadOnlySpan<(string, string)>)
                [
                    ("ORT_DISABLE_TELEMETRY", "1"),
                    ("AWS_EC2_METADATA_DISABLED", "true"),
                    ("AWS_REGION", ""),
                    ("AWS_DEFAULT_REGION", ""),
                    ("AWS_ACCESS_KEY_ID", ""),
                    ("AWS_SECRET_ACCESS_KEY", ""),
                    ("AWS_PROFILE", ""),
                    ("AWS_SHARED_CREDENTIALS_FILE", "/nowhere"),
                    ("AWS_CONFIG_FILE", "/nowhere"),
                    // Nothing listens there: the hub of a machine without a network.
                    ("HF_ENDPOINT", "http://127.0.0.1:9"),
                    // Other tests of this process name a worker.
                    (Launcher.Local.WorkerCommand.Variable, ""),
                ]
        )
        {
            start.Environment[name] = value;
        }

        return start;
    }

    static string Job(string data, string output) =>
        $"""
            name: reviews
            task: embed
            model: model
            input:
              data: {data}
              text: text
              id: id
              keep: [stars, text]
            output:
              data: {output}

            """;

    static void CopyWithoutWeights(string folder)
    {
        foreach (var file in Directory.EnumerateFiles(Models.Tiny, "*.json", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(folder, Path.GetRelativePath(Models.Tiny, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }

    static void Query(string sql)
    {
        using var db = new DuckDBConnection("DataSource=:memory:");
        db.Open();
        using var command = db.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    async Task RequireAsync(int exitCode, params string[] arguments)
    {
        var ended = await PjobAsync(arguments);
        Assert.True(ended.ExitCode == exitCode, $"{string.Join(' ', arguments)}: {ended.ExitCode}\n{ended.Out}{ended.Error}");
    }
}
