using System.Text.Json;
using System.Text.Json.Nodes;
using ProcessingJob.Testing;

namespace ProcessingJob.Inference.Tests;

/// <summary>
/// Folders that sentence-transformers 6 wrote, put as older versions and a hub's cache have them: the library's vectors stay the same.
/// </summary>
public sealed class OlderFolderTests : IDisposable
{
    const double Limit = 1e-4;

    static readonly string Own = Path.Combine(AppContext.BaseDirectory, "folders");

    /// <summary>Flags of Pooling before version 5.4, in the order in which several are concatenated.</summary>
    static readonly (string Mode, string Flag)[] Flags =
    [
        ("cls", "pooling_mode_cls_token"),
        ("max", "pooling_mode_max_tokens"),
        ("mean", "pooling_mode_mean_tokens"),
        ("mean_sqrt_len_tokens", "pooling_mode_mean_sqrt_len_tokens"),
        ("weightedmean", "pooling_mode_weightedmean_tokens"),
        ("lasttoken", "pooling_mode_lasttoken"),
    ];

    readonly TempFolder _folder = new();

    public static TheoryData<string> Folders =>
        [
            .. Directory
                .GetDirectories(Own)
                .Where(folder => File.Exists(Path.Combine(folder, "modules.json")) && Kind(folder) == "embed")
                .Select(folder => Path.GetFileName(folder))
                .Order(),
        ];

    public void Dispose() => _folder.Dispose();

    [Theory, MemberData(nameof(Folders))]
    public async Task Run_ModulesAsVersion2NamesThem_GivesTheSameVectors(string name)
    {
        var folder = _folder.Copy(Path.Combine(Own, name), "m");
        var modules = Read(folder, "modules.json").AsArray();
        foreach (var module in modules)
        {
            var kind = ((string)module!["type"]!).Split('.')[^1];
            module["type"] = $"sentence_transformers.models.{kind}";
            WriteAsBefore(kind, Path.Combine(folder, (string)module["path"]!));
        }

        Write(folder, "modules.json", modules);

        await SameVectors(folder);
    }

    [Theory, MemberData(nameof(Folders))]
    public async Task Run_TransformerInAFolderOfItsOwn_GivesTheSameVectors(string name)
    {
        var folder = _folder.Copy(Path.Combine(Own, name), "m");
        var modules = Read(folder, "modules.json").AsArray();
        if (modules.FirstOrDefault(m => (string)m!["path"]! == "" && ((string)m["type"]!).EndsWith("Transformer")) is not { } transformer)
        {
            return;
        }

        Directory.CreateDirectory(Path.Combine(folder, "0_Transformer"));
        foreach (var file in Directory.GetFiles(folder))
        {
            if (Path.GetFileName(file) is not ("modules.json" or "config_sentence_transformers.json" or "expected.json"))
            {
                File.Move(file, Path.Combine(folder, "0_Transformer", Path.GetFileName(file)));
            }
        }

        transformer["path"] = "0_Transformer";
        Write(folder, "modules.json", modules);

        await SameVectors(folder);
    }

    [Theory, MemberData(nameof(Folders))]
    public async Task Run_FilesThatAreLinksIntoACache_GivesTheSameVectors(string name)
    {
        var folder = _folder.Copy(Path.Combine(Own, name), "snapshots", "0a1b");
        Directory.CreateDirectory(_folder["blobs"]);
        foreach (var (number, file) in Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Order().Index())
        {
            File.Move(file, _folder["blobs", $"{number}"]);
            File.CreateSymbolicLink(file, Path.GetRelativePath(Path.GetDirectoryName(file)!, _folder["blobs", $"{number}"]));
        }

        await SameVectors(folder);
    }

    /// <summary>A module's file as versions 2 to 5 wrote it: Pooling with flags, Normalize without a file, Dense without later keys.</summary>
    static void WriteAsBefore(string kind, string folder)
    {
        switch (kind)
        {
            case "Pooling":
                var pooling = Read(folder, "config.json").AsObject();
                string[] modes = pooling["pooling_mode"] switch
                {
                    JsonArray several => [.. several.Select(m => (string)m!)],
                    { } one => [(string)one!],
                    null => [],
                };
                if (modes.Length > 0 && modes.SequenceEqual(Flags.Select(f => f.Mode).Where(modes.Contains)))
                {
                    pooling.Remove("pooling_mode");
                    foreach (var (mode, flag) in Flags)
                    {
                        pooling[flag] = modes.Contains(mode);
                    }
                }

                if (pooling["embedding_dimension"] is { } width)
                {
                    pooling["word_embedding_dimension"] = width.DeepClone();
                    pooling.Remove("embedding_dimension");
                }

                Write(folder, "config.json", pooling);
                break;
            case "Normalize" when File.Exists(Path.Combine(folder, "config.json")):
                File.Delete(Path.Combine(folder, "config.json"));
                break;
            case "Dense":
                var dense = Read(folder, "config.json").AsObject();
                foreach (var key in (string[])["module_input_name", "module_output_name"])
                {
                    if ((string?)dense[key] == "sentence_embedding")
                    {
                        dense.Remove(key);
                    }
                }

                Write(folder, "config.json", dense);
                break;
        }
    }

    static async Task SameVectors(string folder)
    {
        var (difference, call) = await SentenceGolden.DifferenceAsync(folder);
        Assert.True(difference <= Limit, $"{call}: found a difference of {difference:0.0e0}");
    }

    static string Kind(string folder)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "expected.json")));
        return document.RootElement.GetProperty("kind").GetString()!;
    }

    static JsonNode Read(string folder, string file) => JsonNode.Parse(File.ReadAllText(Path.Combine(folder, file)))!;

    static void Write(string folder, string file, JsonNode json) => File.WriteAllText(Path.Combine(folder, file), json.ToJsonString());
}
