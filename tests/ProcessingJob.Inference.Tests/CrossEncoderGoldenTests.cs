using System.Text.Json;
using ProcessingJob.Inference.Heads;
using ProcessingJob.Models.Modules;
using ProcessingJob.Testing;

namespace ProcessingJob.Inference.Tests;

/// <summary>Scores that sentence-transformers' CrossEncoder made of its raw scores, against ours by the folder's own activation.</summary>
public sealed class CrossEncoderGoldenTests
{
    static readonly string Own = Path.Combine(AppContext.BaseDirectory, "folders");
    static readonly string Shared = Path.GetFullPath(Repo.File("..", "shared", "goldens", "st"));

    public static TheoryData<string> OwnFolders => [.. Folders(Own)];

    public static TheoryData<string> SharedFolders => Directory.Exists(Shared) ? [.. Folders(Shared)] : ["none"];

    [Theory, MemberData(nameof(OwnFolders))]
    public void Apply_OwnFolder_GivesTheLibrarysScores(string name) => Check(Path.Combine(Own, name));

    [Theory, MemberData(nameof(SharedFolders))]
    public void Apply_SharedFolder_GivesTheLibrarysScores(string name)
    {
        Assert.SkipUnless(Directory.Exists(Shared), $"{Shared} is not there.");
        Check(Path.Combine(Shared, name));
    }

    static void Check(string path)
    {
        var folder = SentenceFolder.Open(path, FolderKind.CrossEncoder);
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(path, "expected.json")));
        var predict = document
            .RootElement.GetProperty("calls")
            .EnumerateArray()
            .First(c => c.GetProperty("call").ValueEquals("predict") && !c.GetProperty("arguments").EnumerateObject().Any());
        var raw = document.RootElement.GetProperty("raw_scores_before_activation").EnumerateArray();
        var count = 0;
        foreach (var (logits, expected) in raw.Zip(predict.GetProperty("values").EnumerateArray()))
        {
            if (logits.ValueKind == JsonValueKind.Null || expected.ValueKind == JsonValueKind.Null)
            {
                continue;
            }

            var scores = Floats(logits);
            ClassScores.Apply(folder.Activation, scores, scores);
            var wanted = Floats(expected);
            Assert.Equal(wanted.Length, scores.Length);
            Assert.All(wanted.Zip(scores), pair => Assert.Equal(pair.First, pair.Second, 1e-5 * Math.Max(1, Math.Abs(pair.First))));
            count++;
        }

        Assert.True(count > 0);
    }

    static float[] Floats(JsonElement value) =>
        value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray().Select(v => v.GetSingle())] : [value.GetSingle()];

    /// <summary>Without those that need a chat template.</summary>
    static IEnumerable<string> Folders(string root) =>
        Directory
            .GetDirectories(root, "ce-*")
            .Select(folder => Path.GetFileName(folder)!)
            .Where(name => name != "ce-logit-score-chat")
            .Order(StringComparer.Ordinal);
}
