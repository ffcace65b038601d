using System.Text.Json;
using ProcessingJob.Testing;
using ProcessingJob.Tokenization;

namespace ProcessingJob.Benchmarks;

/// <summary>Texts to measure on: the shared corpora where they are, else texts of the sample generator.</summary>
static class Corpus
{
    /// <param name="name">short_reviews or long_reviews.</param>
    /// <param name="count">At most so many texts, from the beginning.</param>
    public static string[] Texts(string name, int count)
    {
        if (SharedData.TryFind($"corpora/{name}.jsonl", out var path, out _))
        {
            return
            [
                .. File.ReadLines(path)
                    .Take(count)
                    .Select(line =>
                    {
                        using var json = JsonDocument.Parse(line);
                        return json.RootElement.GetProperty("text").GetString()!;
                    }),
            ];
        }

        return [.. Samples.SampleTexts.Reviews(1, count)];
    }

    /// <summary>A record of one field, with its line break.</summary>
    public static string CsvRecord(string text) => $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"\n";

    /// <summary>Windows of so many rows, as the worker cuts them.</summary>
    public static EncodingBuffer[] Tokenize(string model, string[] texts, int maxLength, int rowsPerWindow = 1024) =>
        Tokenize(Tokenizer.Load(model).CreateEncoder(new EncodeOptions { MaxLength = maxLength }), texts, rowsPerWindow);

    public static EncodingBuffer[] Tokenize(Encoder encoder, string[] texts, int rowsPerWindow = 1024) =>
        [
            .. texts
                .Chunk(rowsPerWindow)
                .Select(chunk =>
                {
                    var window = new EncodingBuffer();
                    foreach (var text in chunk)
                    {
                        encoder.Encode(text, window);
                    }
                    return window;
                }),
        ];
}
