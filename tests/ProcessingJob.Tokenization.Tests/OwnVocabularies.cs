using System.Diagnostics;

namespace ProcessingJob.Tokenization.Tests;

/// <summary>Vocabularies trained here, by Hugging Face's trainers, from the text in tests/reference: no file of others is needed.</summary>
public sealed class OwnVocabularies : IDisposable
{
    public OwnVocabularies()
    {
        if (Judge.Absent != null)
        {
            return;
        }

        var reference = Path.Combine(Checkout.Root, "tests", "reference");
        Texts = [.. File.ReadLines(Path.Combine(reference, "texts.txt"))];
        // One character per lead and continuation byte, so that no byte is missing from the alphabet.
        var alphabet =
            string.Concat(Enumerable.Range(0, 0x800).Select(c => (char)c))
            + string.Concat(
                Enumerable
                    .Range(1, 0x10F)
                    .Select(block =>
                        block * 0x1000 is >= 0xD800 and <= 0xDFFF ? "" : char.ConvertFromUtf32(Math.Min(0x10FFFF, block * 0x1000 + 0x7F))
                    )
            );
        var training = Path.Combine(Folder, "training.txt");
        File.WriteAllText(training, string.Join('\n', Texts.Concat(Texts).Append(alphabet)));
        using var node = Process.Start(
            new ProcessStartInfo("node", ["train.mjs", training, Folder])
            {
                WorkingDirectory = reference,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            }
        )!;
        _ = node.StandardOutput.ReadToEndAsync();
        var errors = node.StandardError.ReadToEndAsync();
        node.WaitForExit();
        if (node.ExitCode != 0)
        {
            throw new InvalidOperationException($"training failed: {errors.Result}");
        }
    }

    public static readonly string[] Names =
    [
        "wordpiece-uncased",
        "wordpiece-cased",
        "bpe",
        "bpe-prefix",
        "bpe-nfc",
        "unigram",
        "unigram-map",
    ];

    public string Folder { get; } = Directory.CreateTempSubdirectory("vocabularies-").FullName;

    /// <summary>What they were trained from.</summary>
    public IReadOnlyList<string> Texts { get; } = [];

    public string JsonOf(string name) => Path.Combine(Folder, name, "tokenizer.json");

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
