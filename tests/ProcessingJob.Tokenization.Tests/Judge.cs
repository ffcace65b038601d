using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ProcessingJob.Tokenization.Tests;

/// <summary>What Hugging Face's tokenizers are asked to encode.</summary>
sealed record JudgeJob(string Tokenizer, IReadOnlyList<string> Texts)
{
    public IReadOnlyList<string>? Pairs { get; init; }

    /// <summary>0.23 is the newest; pairs are cut as documented by 0.22 only.</summary>
    public string Engine { get; init; } = "0.23";

    public int? MaxLength { get; init; }

    public string Strategy { get; init; } = "LongestFirst";

    /// <summary>Cuts too long texts at their start.</summary>
    public bool FromLeft { get; init; }

    /// <summary>Asks for all windows.</summary>
    public int? Stride { get; init; }

    public bool Specials { get; init; }

    /// <summary>Asks for types, masks, offsets and sequences as well.</summary>
    public bool Details { get; init; }

    /// <summary>
    /// Leaves the types of windows after the first out: Hugging Face's template sets them in the first only, a slip of theirs.
    /// </summary>
    public bool TypesOfFirstOnly { get; init; }
}

sealed record JudgedEncoding(int[] Ids, int[] Types, int[] Special, int[] Offsets, int[] Sequences);

/// <summary>Runs tests/reference/encode.mjs: Hugging Face's tokenizers under Node, one process for many jobs.</summary>
static class Judge
{
    static readonly JsonSerializerOptions IgnoreNulls = new() { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };
    static readonly string Reference = Path.Combine(Checkout.Root, "tests", "reference");

    /// <summary>Why there is no judge here, or null.</summary>
    public static string? Absent { get; } = FindAbsent();

    /// <summary>Per job and text, its encodings.</summary>
    public static JudgedEncoding[][][] Run(params IReadOnlyList<JudgeJob> jobs)
    {
        var folder = Directory.CreateTempSubdirectory("judge-").FullName;
        try
        {
            var files = new Dictionary<IReadOnlyList<string>, string>(ReferenceEqualityComparer.Instance);
            string Write(IReadOnlyList<string> texts)
            {
                if (files.TryGetValue(texts, out var path))
                {
                    return path;
                }

                path = files[texts] = Path.Combine(folder, $"{files.Count}.texts");
                using var writer = new BinaryWriter(File.Create(path));
                foreach (var text in texts)
                {
                    writer.Write(text.Length);
                    writer.Write(MemoryMarshal.AsBytes(text.AsSpan()));
                }

                return path;
            }

            var requests = jobs.Select(
                    (job, i) =>
                        new
                        {
                            tokenizer = job.Tokenizer,
                            engine = job.Engine,
                            texts = Write(job.Texts),
                            pairs = job.Pairs == null ? null : Write(job.Pairs),
                            @out = Path.Combine(folder, $"{i}.out"),
                            maxLength = job.MaxLength,
                            strategy = job.Strategy,
                            direction = job.FromLeft ? "left" : null,
                            stride = job.Stride,
                            specials = job.Specials,
                            details = job.Details,
                        }
                )
                .ToArray();
            Node(JsonSerializer.Serialize(requests, IgnoreNulls));
            return [.. jobs.Select((job, i) => Parse(File.ReadAllBytes(requests[i].@out), job))];
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    internal static void Node(string input)
    {
        using var node = Process.Start(
            new ProcessStartInfo("node", ["encode.mjs"])
            {
                WorkingDirectory = Reference,
                RedirectStandardInput = true,
                RedirectStandardError = true,
                Environment = { ["TOKENIZERS_PARALLELISM"] = "true" },
            }
        )!;
        var errors = node.StandardError.ReadToEndAsync();
        node.StandardInput.Write(input);
        node.StandardInput.Close();
        node.WaitForExit();
        if (node.ExitCode != 0)
        {
            throw new InvalidOperationException($"the judge failed: {errors.Result}");
        }
    }

    static JudgedEncoding[][] Parse(byte[] bytes, JudgeJob job)
    {
        var numbers = MemoryMarshal.Cast<byte, int>(bytes);
        var at = 0;
        var texts = new JudgedEncoding[job.Texts.Count][];
        for (var text = 0; text < texts.Length; text++)
        {
            texts[text] = new JudgedEncoding[numbers[at++]];
            for (var i = 0; i < texts[text].Length; i++)
            {
                var n = numbers[at++];
                var ids = Take(numbers, ref at, n);
                texts[text][i] = job.Details
                    ? new JudgedEncoding(
                        ids,
                        Take(numbers, ref at, n),
                        Take(numbers, ref at, n),
                        Take(numbers, ref at, 2 * n),
                        Take(numbers, ref at, n)
                    )
                    : new JudgedEncoding(ids, [], [], [], []);
            }
        }

        return at == numbers.Length ? texts : throw new InvalidOperationException("the judge said more than was asked");
    }

    static int[] Take(ReadOnlySpan<int> numbers, ref int at, int count)
    {
        at += count;
        return numbers.Slice(at - count, count).ToArray();
    }

    static string? FindAbsent()
    {
        if (!Directory.Exists(Path.Combine(Reference, "node_modules", "tokenizers")))
        {
            return "npm ci --ignore-scripts in tests/reference brings the judge";
        }

        try
        {
            using var node = Process.Start(new ProcessStartInfo("node", ["--version"]) { RedirectStandardOutput = true })!;
            node.WaitForExit();
            return null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return "there is no node";
        }
    }
}
