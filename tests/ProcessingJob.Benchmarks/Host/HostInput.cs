using System.Text.Json;
using ProcessingJob.Contract.Columns;
using ProcessingJob.Contract.Plan;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Data.Columns;
using ProcessingJob.Data.Writing;
using ProcessingJob.Storage;
using ProcessingJob.Testing;

namespace ProcessingJob.Benchmarks.Host;

/// <summary>What the worker is given to read.</summary>
static class HostInput
{
    /// <summary>A container's root with these data and the model; deleted with all that is written to it.</summary>
    public static TempFolder Root(string data)
    {
        var root = new TempFolder();
        Directory.CreateDirectory(root["processing", "input"]);
        Directory.CreateSymbolicLink(root["processing", "input", "data"], data);
        Directory.CreateSymbolicLink(root["processing", "input", "model"], Models.MiniLm);
        return root;
    }

    /// <summary>A folder with one file, both named by the format: short reviews, repeated at a distance that no block spans.</summary>
    public static void Write(TempFolder folder, string name, int rows)
    {
        var texts = Corpus.Texts("short_reviews", Math.Min(rows, 15_000));
        var path = folder[name, $"reviews.{name}"];
        Directory.CreateDirectory(folder[name]);
        if (name == "parquet")
        {
            WriteParquet(path, texts, rows);
            return;
        }

        using var to = new StreamWriter(path);
        if (name == "csv")
        {
            to.WriteLine("text");
        }

        for (var i = 0; i < rows; i++)
        {
            var text = texts[i % texts.Length];
            to.Write(name == "csv" ? Corpus.CsvRecord(text) : JsonSerializer.Serialize(new { text }) + "\n");
        }
    }

    static void WriteParquet(string path, string[] texts, int rows)
    {
        using var folder = new TempFolder();
        OutputColumn[] columns = [new("text", ColumnKind.String)];
        var store = new LocalStore(folder["out"]);
        var unit = WorkUnit.Create("x", InputFormat.Csv, 0, 1, 1, "", "", "");
        var writer = new UnitWriter(store, unit, columns, new() { RowsPerPart = rows });
        using var block = new ColumnBlock(columns);
        for (var i = 0; i < rows; i++)
        {
            block.Get<StringColumn>("text").Append(texts[i % texts.Length]);
            if (block.Count == 1024 || i == rows - 1)
            {
                writer.WriteAsync(block).AsTask().GetAwaiter().GetResult();
                block.Clear();
            }
        }

        var record = writer.CommitAsync(new(rows, rows, 0, 0)).GetAwaiter().GetResult();
        File.Move(Path.Combine(store.Location, record.Parts[0].Path), path);
    }
}
