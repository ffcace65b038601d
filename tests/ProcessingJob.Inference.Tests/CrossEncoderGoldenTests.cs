using System.Text.Json;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Inference.Heads;
using ProcessingJob.Models.Folders;
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

    [Fact]
    public void Open_ScoresThatModulesMake_AreRefusedByTheModulesName()
    {
        var e = Assert.Throws<PJobException>(() =>
            ModelFolder.Open(Path.Combine(Own, "ce-dense-scores"), new ModelOptions { Task = TaskKind.Classify })
        );
        Assert.Equal(ExitCode.Model, e.ExitCode);
        Assert.Contains("Dense", e.Message);
        Assert.Contains("expected a Transformer with a classifier alone", e.Message);
    }

    [Theory]
    [InlineData("ce-logit-score-plain", "LogitScore")]
    [InlineData("ce-logit-score-no-modules", "LogitScore")]
    [InlineData("ce-dense-scores", "Dense")]
    public void Open_SharedFolderWhoseModulesMakeTheScores_IsRefusedByTheModulesName(string name, string module)
    {
        Assert.SkipUnless(Directory.Exists(Shared), $"{Shared} is not there.");
        var e = Assert.Throws<PJobException>(() =>
            ModelFolder.Open(Path.Combine(Shared, name), new ModelOptions { Task = TaskKind.Classify })
        );
        Assert.Equal(ExitCode.Model, e.ExitCode);
        Assert.Contains(module, e.Message);
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
