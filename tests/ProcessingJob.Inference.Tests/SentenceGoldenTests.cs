using System.Text.Json;
using ProcessingJob.Contract;
using ProcessingJob.Testing;

namespace ProcessingJob.Inference.Tests;

/// <summary>Vectors of sentence-transformers 6.2 for folders of every module, against ours: within 1e-4 of a row's largest value.</summary>
public sealed class SentenceGoldenTests
{
    const double Limit = 1e-4;

    static readonly string Own = Path.Combine(AppContext.BaseDirectory, "folders");
    static readonly string Shared = Path.GetFullPath(Repo.File("..", "shared", "goldens", "st"));

    /// <summary>Depend on the batch in the library itself, or on chat templates.</summary>
    static readonly HashSet<string> MayBeRefused = ["cnn-module", "pool-lasttoken-left-bert", "no-modules-causal-chat"];

    public static TheoryData<string> OwnFolders => EmbedFolders(Own);

    public static TheoryData<string> SharedFolders => Directory.Exists(Shared) ? EmbedFolders(Shared) : ["none"];

    [Theory, MemberData(nameof(OwnFolders))]
    public async Task Run_OwnFolder_GivesTheLibrarysVectors(string name)
    {
        var (difference, call) = await SentenceGolden.DifferenceAsync(Path.Combine(Own, name));
        Assert.True(difference <= Limit, $"{call}: found a difference of {difference:0.0e0}");
    }

    [Theory, MemberData(nameof(SharedFolders))]
    public async Task Run_SharedFolder_GivesTheLibrarysVectors(string name)
    {
        Assert.SkipUnless(Directory.Exists(Shared), $"{Shared} is not there.");
        try
        {
            var (difference, call) = await SentenceGolden.DifferenceAsync(Path.Combine(Shared, name));
            Assert.True(difference <= Limit, $"{call}: found a difference of {difference:0.0e0}");
        }
        catch (PJobException e) when (MayBeRefused.Contains(name) && e.ExitCode == ExitCode.Model)
        {
            Assert.Skip(e.Message);
        }
    }

    static TheoryData<string> EmbedFolders(string root) =>
        [
            .. Directory
                .GetDirectories(root)
                .Where(folder =>
                {
                    using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "expected.json")));
                    return document.RootElement.GetProperty("kind").ValueEquals("embed");
                })
                .Select(folder => Path.GetFileName(folder)!)
                .Order(),
        ];
}
