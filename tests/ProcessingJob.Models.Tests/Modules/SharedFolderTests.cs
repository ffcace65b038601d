using System.Text.Json;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Models.Modules;

namespace ProcessingJob.Models.Tests.Modules;

/// <summary>What is read of every shared folder against what sentence-transformers said of itself after loading it.</summary>
public sealed class SharedFolderTests
{
    /// <summary>Convolutions over tokens depend on the batch; chat templates are programs.</summary>
    static readonly HashSet<string> MayBeRefused = ["cnn-module", "no-modules-causal-chat", "ce-logit-score-chat"];

    static readonly Dictionary<string, FolderKind> Kinds = new()
    {
        ["embed"] = FolderKind.SentenceTransformer,
        ["rerank"] = FolderKind.CrossEncoder,
        ["sparse"] = FolderKind.SparseEncoder,
        ["multivector"] = FolderKind.MultiVectorEncoder,
    };

    public static TheoryData<string> Folders => SharedFolders.All("embed", "rerank", "sparse", "multivector");

    public static TheoryData<string> EmbedFolders => SharedFolders.All("embed");

    [Theory, MemberData(nameof(Folders))]
    public void Open_SharedFolder_ReadsWhatTheLibrarySaid(string name)
    {
        var expected = SharedFolders.Expected(name, out var path);
        if (Open(name, path, Kinds[expected.GetProperty("kind").GetString()!]) is not { } folder)
        {
            return;
        }

        if (expected.TryGetProperty("modules", out var modules))
        {
            Assert.Equal(
                modules.EnumerateArray().Select(m => m.GetString()!.Replace("MLMTransformer", "Transformer")),
                folder.Modules.Select(m => m.Name)
            );
            Assert.Equal(
                Property(expected, "prompts")?.EnumerateObject().ToDictionary(p => p.Name, p => p.Value.GetString()!) ?? folder.Prompts,
                folder.Prompts
            );
            Assert.Equal(Property(expected, "default_prompt_name")?.GetString(), folder.DefaultPrompt);
            Assert.Equal(Property(expected, "truncate_dim")?.GetInt32(), folder.TruncateDimensions);
            Assert.Equal(Property(expected, "max_active_dims")?.GetInt32() ?? folder.MaxActiveDimensions, folder.MaxActiveDimensions);
            Assert.Equal(Property(expected, "similarity_fn_name")?.GetString() ?? folder.Similarity, folder.Similarity);
        }

        if (Property(expected, "activation_fn") is { } activation)
        {
            Assert.Equal(activation.GetString()!.Split('.')[^1], folder.Activation.ToString());
        }

        if (folder.Kind == FolderKind.MultiVectorEncoder)
        {
            CheckMultiVector(expected, folder);
        }

        Assert.All(folder.Modules, m => Assert.NotEmpty(m.Summary));
    }

    [Theory, MemberData(nameof(EmbedFolders))]
    public void Prompt_SharedFolder_IsTheOneThatTheLibraryUsed(string name)
    {
        var expected = SharedFolders.Expected(name, out var path);
        if (Open(name, path, FolderKind.SentenceTransformer) is not { } folder)
        {
            return;
        }

        foreach (var call in expected.GetProperty("calls").EnumerateArray().Where(c => c.TryGetProperty("prompt_used", out _)))
        {
            var arguments = call.GetProperty("arguments");
            var prompt = folder.Prompt(
                Property(arguments, "prompt")?.GetString(),
                Property(arguments, "prompt_name")?.GetString(),
                RoleOf(call)
            );
            Assert.Equal(call.GetProperty("prompt_used").GetString() ?? "", prompt);
        }
    }

    [Theory, MemberData(nameof(EmbedFolders))]
    public void Of_SharedFolder_HasTheLibrarysWidth(string name)
    {
        var expected = SharedFolders.Expected(name, out var path);
        if (Open(name, path, FolderKind.SentenceTransformer) is not { } folder)
        {
            return;
        }

        foreach (var call in expected.GetProperty("calls").EnumerateArray())
        {
            var route = EmbedRoute.Of(folder, RoleOf(call));
            if (Property(expected, "embedding_dimension") is { } width)
            {
                Assert.Equal(width.GetInt32(), route.TruncateDimensions ?? route.Width);
            }
        }
    }

    static void CheckMultiVector(JsonElement expected, SentenceFolder folder)
    {
        var transformer = folder.Modules.OfType<TransformerModule>().Single();
        Assert.Equal(Property(expected, "query_length")?.GetInt32(), transformer.QueryLength);
        Assert.Equal(Property(expected, "document_length")?.GetInt32(), transformer.DocumentLength);
        if (Property(expected, "query_expansion") is not { } expansion)
        {
            Assert.Null(transformer.Expansion);
            return;
        }

        var token = Property(expansion, "token")?.GetString();
        Assert.Equal(
            new ExpansionSettings(
                expansion.GetProperty("strategy").GetString() == "fixed",
                expansion.GetProperty("length").GetInt32(),
                expansion.GetProperty("attend").GetBoolean(),
                token
            ),
            transformer.Expansion
        );
    }

    static SentenceFolder? Open(string name, string path, FolderKind kind)
    {
        try
        {
            return SentenceFolder.Open(path, kind);
        }
        catch (PJobException e) when (MayBeRefused.Contains(name) && e.ExitCode == ExitCode.Model)
        {
            return null;
        }
    }

    static TextRole RoleOf(JsonElement call) =>
        call.GetProperty("call").GetString() switch
        {
            "encode_query" => TextRole.Query,
            "encode_document" => TextRole.Document,
            _ => TextRole.None,
        };

    static JsonElement? Property(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;
}
