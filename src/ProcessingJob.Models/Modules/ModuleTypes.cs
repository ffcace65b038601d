using System.Text.Json;
using ProcessingJob.Contract;
using ProcessingJob.Models.Configs;

namespace ProcessingJob.Models.Modules;

/// <summary>The modules that are known, one a line.</summary>
static class ModuleTypes
{
    const string Library = "sentence_transformers.";
    const string PyLate = "pylate.models.Dense";

    static readonly Dictionary<string, Func<ModuleSource, SentenceModule>> Table = new(StringComparer.Ordinal)
    {
        ["Transformer"] = TransformerModule.Read,
        ["MLMTransformer"] = TransformerModule.ReadMaskedLanguageModel,
        ["Pooling"] = PoolingModule.Read,
        ["Dense"] = DenseModule.Read,
        ["Normalize"] = NormalizeModule.Read,
        ["LayerNorm"] = LayerNormModule.Read,
        ["WeightedLayerPooling"] = WeightedLayerPoolingModule.Read,
        ["Dropout"] = DropoutModule.Read,
        ["WordWeights"] = WordWeightsModule.Read,
        ["StaticEmbedding"] = StaticEmbeddingModule.Read,
        ["Router"] = RouterReader.Read,
        ["Asym"] = RouterReader.Read,
        ["SpladePooling"] = SpladePoolingModule.Read,
        ["SparseStaticEmbedding"] = SparseStaticEmbeddingModule.Read,
        ["SparseAutoEncoder"] = SparseAutoEncoderModule.Read,
        ["LogitScore"] = LogitScoreModule.Read,
        ["MultiVectorMask"] = MultiVectorMaskModule.Read,
        ["HierarchicalTokenPooling"] = TokenPoolingModule.Read,
    };

    /// <summary>Names of all modules.</summary>
    public static IEnumerable<string> Names => Table.Keys;

    /// <summary>Reads one module.</summary>
    /// <param name="file">Which names it, for messages.</param>
    /// <param name="type">The class's full name in any version of sentence-transformers; its last part tells the class.</param>
    /// <exception cref="PJobException">Model: another package's code, or a module that is not known.</exception>
    public static SentenceModule Read(string file, string type, ModuleSource source)
    {
        if (!type.StartsWith(Library, StringComparison.Ordinal) && !IsPyLate(type))
        {
            throw ModelError.Refuse(
                file,
                $"the module type {type} is code of its own, which is never run; expected a class of sentence_transformers"
            );
        }

        var name = type[(type.LastIndexOf('.') + 1)..];
        return Table.TryGetValue(name, out var read)
            ? read(source)
            : throw ModelError.Refuse(file, $"the module {name} is not supported, supported are {string.Join(", ", Table.Keys)}");
    }

    /// <summary>Reads modules.json; null where the folder has none.</summary>
    public static IReadOnlyList<(string Type, string Path)>? List(string folder)
    {
        var file = Path.Combine(folder, "modules.json");
        if (ModelJson.Root(file) is not { } root)
        {
            return null;
        }

        if (root.ValueKind != JsonValueKind.Array || root.GetArrayLength() == 0)
        {
            var found = root.ValueKind == JsonValueKind.Array ? "an empty list" : $"{root.ValueKind}";
            throw ModelError.Refuse(file, $"found {found}, expected a list of modules");
        }

        return [.. root.EnumerateArray().Select(entry => Entry(ModuleConfig.Of(file, "", entry)))];
    }

    public static bool IsPyLate(string type) => type is PyLate or PyLate + ".Dense";

    static (string, string) Entry(ModuleConfig entry)
    {
        var type = entry.Text("type") ?? throw entry.Missing("type");
        var path = entry.Text("path") ?? throw entry.Missing("path");
        // kwargs are arguments that a module can be given with a text; none is given here.
        entry.Close("idx", "name", "kwargs");
        return (type, path);
    }
}
