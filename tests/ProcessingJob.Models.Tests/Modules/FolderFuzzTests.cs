using System.Text.Json.Nodes;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Models.Modules;
using ProcessingJob.Testing;

namespace ProcessingJob.Models.Tests.Modules;

/// <summary>Folders whose files were changed in ways that cannot mean anything: they are refused, and nothing else happens.</summary>
public sealed class FolderFuzzTests
{
    static readonly string Root = Path.Combine(AppContext.BaseDirectory, "folders");

    /// <summary>Files of modules; config.json of a transformer is the graph builder's.</summary>
    static bool IsModuleFile(string path) =>
        Path.GetFileName(path)
            is "modules.json"
                or "sentence_bert_config.json"
                or "config_sentence_transformers.json"
                or "router_config.json"
        || (
            Path.GetFileName(path) == "config.json"
            && Path.GetFileName(Path.GetDirectoryName(path)!) is var parent
            && !parent.EndsWith("Transformer", StringComparison.Ordinal)
            && char.IsDigit(parent[0])
        );

    public static TheoryData<string, string> Files =>
        new(
            Directory
                .GetFiles(Root, "*.json", SearchOption.AllDirectories)
                .Where(file => IsModuleFile(file) && Keys(file).Count > 0)
                .Select(file => Path.GetRelativePath(Root, file).Replace('\\', '/'))
                .Order(StringComparer.Ordinal)
                .Select(file => (file[..file.IndexOf('/')], file[(file.IndexOf('/') + 1)..]))
        );

    [Theory, MemberData(nameof(Files))]
    public void Open_UnknownKey_IsRefusedByName(string folder, string file)
    {
        var message = Refusal(
            folder,
            file,
            json =>
            {
                var target = json is JsonArray list ? list[0]! : json;
                target["colour"] = "red";
            }
        );
        Assert.Contains("colour", message);
        Assert.Contains(Path.GetFileName(file), message);
    }

    [Theory, MemberData(nameof(Files))]
    public void Open_MisspelledKey_NamesTheKnownOne(string folder, string file)
    {
        var misspelled = "";
        var message = Refusal(
            folder,
            file,
            json =>
            {
                var target = json is JsonArray list ? list[0]! : json;
                var key = target.AsObject().Select(p => p.Key).First(k => k.Length > 3 && k[0] != '_' && target[k] is not null);
                (misspelled, var value) = (key[..^2] + key[^1] + key[^2], target[key]!.DeepClone());
                target.AsObject().Remove(key);
                target[misspelled] = value;
            }
        );
        Assert.True(
            message.Contains(misspelled, StringComparison.Ordinal)
                || message.Contains("is missing", StringComparison.Ordinal)
                || message.Contains("which types does not", StringComparison.Ordinal),
            message
        );
    }

    [Theory, MemberData(nameof(Files))]
    public void Open_AnyValueOfAnotherType_NeverEscapesAsAnotherException(string folder, string file)
    {
        JsonNode?[] values =
        [
            JsonValue.Create(-7),
            JsonValue.Create("?"),
            new JsonArray(1, "x"),
            new JsonObject { ["y"] = 2 },
            JsonValue.Create(1e300),
        ];
        var refused = 0;
        foreach (var key in Keys(Path.Combine(Root, folder, file)))
        {
            foreach (var value in values)
            {
                refused += Outcome(folder, file, json => (json is JsonArray list ? list[0]! : json)[key] = value?.DeepClone()) is null
                    ? 0
                    : 1;
            }
        }

        Assert.True(refused > 0);
    }

    [Theory, MemberData(nameof(Files))]
    public void Open_CutFile_IsRefused(string folder, string file)
    {
        using var temp = new TempFolder();
        var copy = temp.Copy(Path.Combine(Root, folder), "m");
        var path = Path.Combine(copy, file);
        var bytes = File.ReadAllBytes(path);
        foreach (var length in (int[])[0, 1, bytes.Length / 2, bytes.Length - 2])
        {
            File.WriteAllBytes(path, bytes[..length]);
            Assert.NotNull(Try(copy));
        }
    }

    [Theory]
    [InlineData("../other")]
    [InlineData("/etc")]
    [InlineData("a/../../b")]
    public void Open_ModuleOutsideTheFolder_IsRefused(string path)
    {
        var message = Refusal("dense-residual-projected", "modules.json", json => json[1]!["path"] = path);
        Assert.Contains("leads out", message);
    }

    [Theory]
    [InlineData("my_code.Transformer", "never run")]
    [InlineData("sentence_transformers.models.CNN", "CNN")]
    [InlineData("sentence_transformers.models.LSTM", "LSTM")]
    [InlineData("sentence_transformers.models.BoW", "BoW")]
    public void Open_ModuleThatIsNotSupported_IsRefusedByName(string type, string named)
    {
        var message = Refusal("dense-residual-projected", "modules.json", json => json[2]!["type"] = type);
        Assert.Contains(named, message);
    }

    [Theory]
    [InlineData("out_features", 19)]
    [InlineData("in_features", 31)]
    public void Open_DenseOfAnotherSize_IsRefusedWithTheTensor(string key, int value)
    {
        var message = Refusal("dense-residual-projected", "2_Dense/config.json", json => json[key] = value);
        Assert.Contains("linear.weight", message);
    }

    [Fact]
    public void Open_DenseWithoutItsResidual_NamesTheTensorThatNobodyUses()
    {
        var message = Refusal("dense-residual-projected", "2_Dense/config.json", json => json["use_residual"] = false);
        Assert.Contains("residual.weight", message);
    }

    [Fact]
    public void Open_ModulesInAnotherOrder_AreRefused()
    {
        var message = Refusal(
            "dense-residual-projected",
            "modules.json",
            json =>
            {
                var pooling = json[1]!.DeepClone();
                json.AsArray().RemoveAt(1);
                json.AsArray().Add(pooling);
            }
        );
        Assert.Contains("Pooling comes first", message);
    }

    /// <summary>Without __version__, which anything may stand in.</summary>
    static IReadOnlyList<string> Keys(string file)
    {
        var json = JsonNode.Parse(File.ReadAllText(file))!;
        return [.. (json is JsonArray list ? list[0]! : json).AsObject().Select(p => p.Key).Where(key => key[0] != '_')];
    }

    static string Refusal(string folder, string file, Action<JsonNode> change)
    {
        var message = Outcome(folder, file, change);
        Assert.NotNull(message);
        return message;
    }

    /// <summary>The refusal's message; null where the folder is read.</summary>
    static string? Outcome(string folder, string file, Action<JsonNode> change)
    {
        using var temp = new TempFolder();
        var copy = temp.Copy(Path.Combine(Root, folder), "m");
        var json = JsonNode.Parse(File.ReadAllText(Path.Combine(copy, file)))!;
        change(json);
        File.WriteAllText(Path.Combine(copy, file), json.ToJsonString());
        return Try(copy);
    }

    static string? Try(string folder)
    {
        try
        {
            var read = SentenceFolder.Open(folder);
            if (read.Kind == FolderKind.SentenceTransformer)
            {
                foreach (var role in Enum.GetValues<TextRole>())
                {
                    EmbedRoute.Of(read, role);
                }
            }

            return null;
        }
        catch (PJobException e) when (e.ExitCode is ExitCode.Model or ExitCode.BadSpec)
        {
            return e.Message;
        }
    }
}
