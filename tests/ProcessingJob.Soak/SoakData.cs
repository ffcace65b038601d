using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Parquet;
using Parquet.Schema;
using ProcessingJob.Samples;
using ZstdSharp;

namespace ProcessingJob.Soak;

/// <summary>Rows of (id, text, stars) in csv, tsv, jsonl and Parquet, plain and compressed, a bad row now and then.</summary>
static class SoakData
{
    /// <summary>One row in so many has no text.</summary>
    public const int BadRowEvery = 5_000;

    static readonly string[] Formats = [".csv", ".jsonl", ".parquet", ".tsv", ".jsonl.gz", ".csv.zst"];

    /// <returns>Rows without a text.</returns>
    public static async Task<long> WriteAsync(string folder, long rows, int files, int seed)
    {
        Directory.CreateDirectory(folder);
        long bad = 0;
        for (var file = 0; file < files; file++)
        {
            var (first, last) = (rows * file / files, rows * (file + 1) / files);
            var extension = Formats[file % Formats.Length];
            var texts = SampleTexts
                .Reviews(seed + file, (int)(last - first))
                .Select((text, i) => (Id: first + i, Text: (first + i) % BadRowEvery == 7 ? "" : text));
            bad += Enumerable.Range(0, (int)(last - first)).Count(i => (first + i) % BadRowEvery == 7);
            var path = Path.Combine(folder, $"part-{file:000}{extension}");
            if (extension == ".parquet")
            {
                await WriteParquetAsync(path, texts);
            }
            else
            {
                WriteLines(path, extension, texts);
            }
        }
        return bad;
    }

    static void WriteLines(string path, string extension, IEnumerable<(long Id, string Text)> rows)
    {
        using var file = File.Create(path);
        using Stream stream = Path.GetExtension(extension) switch
        {
            ".gz" => new GZipStream(file, CompressionLevel.Fastest),
            ".zst" => new CompressionStream(file, 1),
            _ => file,
        };
        using var writer = new StreamWriter(stream, new UTF8Encoding(false), 1 << 16);
        var separator = extension.StartsWith(".csv", StringComparison.Ordinal) ? ',' : '\t';
        if (!extension.StartsWith(".jsonl", StringComparison.Ordinal))
        {
            writer.Write($"id{separator}text{separator}stars\n");
        }

        foreach (var (id, text) in rows)
        {
            writer.Write(
                extension.StartsWith(".jsonl", StringComparison.Ordinal)
                    ? JsonSerializer.Serialize(
                        new
                        {
                            id = $"r{id}",
                            text,
                            stars = id % 5 + 1,
                        }
                    )
                    // A line break ends a tsv record, quoted or not.
                    : $"r{id}{separator}\"{(separator == '\t' ? text.ReplaceLineEndings(" ") : text).Replace("\"", "\"\"")}\""
                        + $"{separator}{id % 5 + 1}"
            );
            writer.Write('\n');
        }
    }

    static async Task WriteParquetAsync(string path, IEnumerable<(long Id, string Text)> rows)
    {
        var (id, text, stars) = (Field("id"), Field("text"), Field("stars"));
        await using var file = File.Create(path);
        await using var writer = await ParquetWriter.CreateAsync(new ParquetSchema(id, text, stars), file);
        foreach (var chunk in rows.Chunk(10_000))
        {
            using var group = writer.CreateRowGroup();
            await group.WriteAllPartsAsync<ReadOnlyMemory<char>>(
                id,
                chunk.Select(r => ($"r{r.Id}").AsMemory()).ToArray(),
                null,
                null,
                CancellationToken.None
            );
            await group.WriteAllPartsAsync<ReadOnlyMemory<char>>(
                text,
                chunk.Select(r => r.Text.AsMemory()).ToArray(),
                null,
                null,
                CancellationToken.None
            );
            await group.WriteAllPartsAsync<ReadOnlyMemory<char>>(
                stars,
                chunk.Select(r => ($"{r.Id % 5 + 1}").AsMemory()).ToArray(),
                null,
                null,
                CancellationToken.None
            );
        }
    }

    static DataField Field(string name) => new(name, typeof(string), isNullable: false);
}
