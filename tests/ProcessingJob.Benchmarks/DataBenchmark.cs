using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using System.Text;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Columns;
using ProcessingJob.Contract.Plan;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Data.Columns;
using ProcessingJob.Data.Reading;
using ProcessingJob.Data.Writing;
using ProcessingJob.Storage;

namespace ProcessingJob.Benchmarks;

/// <summary>
/// Reading and writing by CPU time of this process, on one thread: MB/s of source bytes, rows/s of output, bytes allocated a row.
/// </summary>
/// <param name="only">Measures what has this in its name.</param>
sealed class DataBenchmark(string only)
{
    const int TargetBytes = 96 << 20,
        WarmUps = 4,
        Runs = 15;

    public async Task RunAsync()
    {
        var folder = Directory.CreateTempSubdirectory("pjob-bench-").FullName;
        try
        {
            Console.WriteLine($"{"what", -24}{"MB/s", 10}{"rows/s", 14}{"B alloc/row", 14}");
            foreach (var name in new[] { "a.csv", "a.tsv", "a.jsonl", "a.txt" })
            {
                var path = Path.Combine(folder, name);
                Generate(path);
                await ReadAsync(path, name, name[1..]);
                if (name is "a.csv")
                {
                    await ScanAsync(path);
                }

                if (name is not "a.csv")
                {
                    continue;
                }

                using (var to = new GZipStream(File.Create(path + ".gz"), CompressionLevel.Fastest))
                {
                    to.Write(File.ReadAllBytes(path));
                }

                await ReadAsync(path + ".gz", "a.csv.gz", ".csv.gz (plain bytes)", new FileInfo(path).Length);
                using (var to = new ZstdSharp.CompressionStream(File.Create(path + ".zst"), 3, leaveOpen: false))
                {
                    to.Write(File.ReadAllBytes(path));
                }

                await ReadAsync(path + ".zst", "a.csv.zst", ".csv.zst (plain bytes)", new FileInfo(path).Length);
            }
            foreach (var compression in Enum.GetValues<OutputCompression>())
            {
                await WriteAsync(folder, OutputFormat.Parquet, compression);
            }

            await WriteAsync(folder, OutputFormat.Jsonl, OutputCompression.None);
            await WriteAsync(folder, OutputFormat.Npy, OutputCompression.None);
            await ReadParquetAsync(folder);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    static void Generate(string path)
    {
        var random = new Random(7);
        string[] words =
        [
            "battery",
            "screen",
            "lasts",
            "a",
            "whole",
            "day",
            "and",
            "the",
            "sound",
            "is",
            "really",
            "good",
            "but",
            "café",
            "arrived",
            "late",
        ];
        using var to = new StreamWriter(path);
        var kind = Path.GetExtension(path);
        if (kind is ".csv" or ".tsv")
        {
            to.WriteLine(string.Join(kind == ".csv" ? ',' : '\t', "review_id", "product", "star_rating", "review_body"));
        }

        var text = new StringBuilder();
        for (var i = 0; to.BaseStream.Length < TargetBytes; i++)
        {
            text.Clear();
            for (var n = random.Next(10, 90); n > 0; n--)
            {
                text.Append(words[random.Next(words.Length)]).Append(random.Next(12) == 0 ? ", " : " ");
            }

            to.Write(
                kind switch
                {
                    ".csv" => $"R{i:000000000},product {i % 977},{i % 5 + 1},\"{text}\"\n",
                    ".tsv" => $"R{i:000000000}\tproduct {i % 977}\t{i % 5 + 1}\t{text}\n",
                    ".jsonl" => $"{{\"review_id\":\"R{i:000000000}\",\"product\":\"product "
                        + $"{i % 977}\",\"star_rating\":{i % 5 + 1},\"review_body\":\"{text}\"}}\n",
                    _ => $"{text}\n",
                }
            );
        }
    }

    static ReadOptions Options(InputFormat format)
    {
        var input = format == InputFormat.Text ? new InputSpec() : new InputSpec { Text = ["review_body"], Keep = ["star_rating"] };
        var stars = new KeptColumn("star_rating", format == InputFormat.Jsonl ? ColumnType.Int64 : ColumnType.String);
        return new()
        {
            Input = input,
            Texts = ReadOptions.TextsOf(input),
            Schema = format == InputFormat.Text ? [] : [stars],
        };
    }

    async Task ReadAsync(string path, string name, string label, long? bytes = null)
    {
        var format = InputFormats.OfName(name);
        await using var source = new LocalSource(path, name);
        var unit = WorkUnit.Create(name, format, 0, source.Length, source.Length, "", "", "");
        await MeasureAsync($"read {label}", bytes ?? source.Length, () => CountAsync(new(Options(format)), unit, source));
    }

    async Task ScanAsync(string path)
    {
        await using var source = new LocalSource(path, "a.csv");
        // A range of one byte at the end: only the prefix costs.
        var unit = WorkUnit.Create("a.csv", InputFormat.Csv, source.Length - 1, source.Length, source.Length, "", "", "");
        await MeasureAsync("find range in .csv", source.Length, () => CountAsync(new(Options(InputFormat.Csv)), unit, source));
    }

    static async Task<long> CountAsync(RowReader reader, WorkUnit unit, IByteSource source)
    {
        long rows = 0;
        await foreach (var block in reader.ReadAsync(unit, source))
        {
            rows += block.Count;
            if (block.Rejects.Count > 0)
            {
                throw new InvalidOperationException(block.Rejects[0].ToString());
            }

            block.Dispose();
        }
        return rows;
    }

    async Task WriteAsync(string folder, OutputFormat format, OutputCompression compression)
    {
        OutputColumn[] columns =
        [
            new("id", ColumnKind.String),
            new("star_rating", ColumnKind.Int64, Nullable: true),
            new("embedding", ColumnKind.ListFloat),
            new("token_count", ColumnKind.Int32),
            new("truncated", ColumnKind.Bool),
            new("source_file", ColumnKind.String),
            new("source_row", ColumnKind.Int64),
        ];
        // Together longer than the windows of compressors, so that no vector is a copy of an earlier one.
        var sources = Enumerable.Range(0, 16).Select(seed => Block(columns, seed)).ToList();
        var store = new LocalStore(Path.Combine(folder, $"{format}-{compression}"));
        var blocks = format == OutputFormat.Jsonl ? 32 : 128;
        await MeasureAsync(
            $"write {Names.Of(format)} {Names.Of(compression)}",
            blocks * 1024L * 384 * 4,
            async () =>
            {
                var unit = WorkUnit.Create(Guid.NewGuid().ToString(), InputFormat.Csv, 0, 1, 1, "", "", "");
                await using var writer = new UnitWriter(store, unit, columns, new() { Format = format, Compression = compression });
                for (var i = 0; i < blocks; i++)
                {
                    await writer.WriteAsync(sources[i % sources.Count]);
                }

                await writer.CommitAsync(new(blocks * 1024, blocks * 1024, 0, 0));
                return blocks * 1024;
            }
        );
        if (Directory.Exists(store.Location))
        {
            Directory.Delete(store.Location, recursive: true);
        }

        sources.ForEach(block => block.Dispose());
    }

    static ColumnBlock Block(OutputColumn[] columns, int seed)
    {
        var vector = new float[384];
        var random = new Random(seed);
        var block = new ColumnBlock(columns);
        for (var i = 0; i < 1024; i++)
        {
            for (var k = 0; k < vector.Length; k++)
            {
                vector[k] = random.NextSingle() - 0.5f;
            }

            block.Get<StringColumn>("id").Append($"R{i:000000000}");
            block.Get<ValueColumn<long>>("star_rating").Append(i % 5 + 1);
            block.Get<ListColumn<float>>("embedding").Append(vector);
            block.Get<ValueColumn<int>>("token_count").Append(40);
            block.Get<ValueColumn<bool>>("truncated").Append(false);
            block.Get<StringColumn>("source_file").Append("reviews/part-0001.csv");
            block.Get<ValueColumn<long>>("source_row").Append(i);
        }

        return block;
    }

    async Task ReadParquetAsync(string folder)
    {
        OutputColumn[] columns = [new("review_body", ColumnKind.String), new("star_rating", ColumnKind.Int64, Nullable: true)];
        var store = new LocalStore(Path.Combine(folder, "texts"));
        var unit = WorkUnit.Create("x", InputFormat.Csv, 0, 1, 1, "", "", "");
        await using var writer = new UnitWriter(store, unit, columns, new());
        using var block = new ColumnBlock(columns);
        long bytes = 0;
        foreach (var line in File.ReadLines(Path.Combine(folder, "a.txt")).Take(200_000))
        {
            block.Get<StringColumn>("review_body").Append(line);
            block.Get<ValueColumn<long>>("star_rating").Append(block.Count % 5);
            bytes += line.Length;
        }
        await writer.WriteAsync(block);
        var record = await writer.CommitAsync(new(block.Count, block.Count, 0, 0));
        await using var source = new LocalSource(Path.Combine(store.Location, record.Parts[0].Path), "a.parquet");
        var read = WorkUnit.Create("a.parquet", InputFormat.Parquet, 0, source.Length, source.Length, "", "", "");
        await MeasureAsync("read .parquet (text)", bytes, () => CountAsync(new(Options(InputFormat.Jsonl)), read, source));
    }

    async Task MeasureAsync(string what, long bytes, Func<Task<long>> action)
    {
        if (!what.Contains(only, StringComparison.Ordinal))
        {
            return;
        }

        // Four runs let the just-in-time compiler end its work, which counts as CPU time of the process.
        for (var run = 0; run < WarmUps; run++)
        {
            await action();
        }

        var (seconds, allocated, rows) = (double.MaxValue, 0L, 0L);
        // The best of all: what others do on the machine makes a run slower, never faster.
        for (var run = 0; run < Runs; run++)
        {
            var bytesBefore = GC.GetTotalAllocatedBytes(precise: true);
            var before = Process.GetCurrentProcess().TotalProcessorTime;
            rows = await action();
            seconds = Math.Min(seconds, (Process.GetCurrentProcess().TotalProcessorTime - before).TotalSeconds);
            allocated = GC.GetTotalAllocatedBytes(precise: true) - bytesBefore;
        }

        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{what, -24}{bytes / seconds / 1e6, 10:0}{rows / seconds, 14:0}{(double)allocated / Math.Max(1, rows), 14:0.0}"
            )
        );
    }
}
