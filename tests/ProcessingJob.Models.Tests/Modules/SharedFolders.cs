using System.Text.Json;
using ProcessingJob.Testing;

namespace ProcessingJob.Models.Tests.Modules;

/// <summary>
/// Folders that sentence-transformers 6.2 wrote, beside the checkout (<c>../shared/goldens/st</c>), where they are at all.
/// </summary>
static class SharedFolders
{
    public static readonly string Root = Path.GetFullPath(Repo.File("..", "shared", "goldens", "st"));

    public static TheoryData<string> All(params ReadOnlySpan<string> kinds)
    {
        var wanted = kinds.ToArray();
        return !Directory.Exists(Root)
            ? ["none"]
            : [.. Directory.GetDirectories(Root).Where(f => wanted.Contains(Kind(f))).Select(f => Path.GetFileName(f)!).Order()];
    }

    /// <summary>What the library said and gave; skips the test where the folders are not there.</summary>
    public static JsonElement Expected(string name, out string folder)
    {
        Assert.SkipUnless(Directory.Exists(Root), $"{Root} is not there.");
        folder = Path.Combine(Root, name);
        return Read(folder);
    }

    static string Kind(string folder) => Read(folder).GetProperty("kind").GetString()!;

    static JsonElement Read(string folder)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "expected.json")));
        return document.RootElement.Clone();
    }
}
