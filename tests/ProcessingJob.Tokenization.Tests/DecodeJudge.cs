using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace ProcessingJob.Tokenization.Tests;

/// <summary>What Hugging Face's tokenizers are asked to decode.</summary>
sealed record DecodeJob(string Tokenizer, IReadOnlyList<int[]> Ids, bool SkipSpecials);

/// <summary>Texts of ids by Hugging Face's tokenizers under Node.</summary>
static class DecodeJudge
{
    /// <summary>Per job, the text of each list of ids.</summary>
    public static string[][] Run(IReadOnlyList<DecodeJob> jobs)
    {
        var folder = Directory.CreateTempSubdirectory("judge-").FullName;
        try
        {
            var requests = jobs.Select(
                    (job, i) =>
                        new
                        {
                            tokenizer = job.Tokenizer,
                            engine = "0.23",
                            decode = Write(Path.Combine(folder, $"{i}.ids"), job.Ids),
                            skip = job.SkipSpecials,
                            @out = Path.Combine(folder, $"{i}.out"),
                        }
                )
                .ToArray();
            Judge.Node(JsonSerializer.Serialize(requests));
            return [.. requests.Select(request => Read(request.@out))];
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    static string Write(string path, IReadOnlyList<int[]> all)
    {
        using var writer = new BinaryWriter(File.Create(path));
        foreach (var ids in all)
        {
            writer.Write(ids.Length);
            writer.Write(MemoryMarshal.AsBytes(ids.AsSpan()));
        }

        return path;
    }

    static string[] Read(string path)
    {
        using var reader = new BinaryReader(File.OpenRead(path));
        var texts = new List<string>();
        while (reader.BaseStream.Position < reader.BaseStream.Length)
        {
            texts.Add(Encoding.Unicode.GetString(reader.ReadBytes(2 * reader.ReadInt32())));
        }

        return [.. texts];
    }
}
