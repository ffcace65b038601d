using ProcessingJob.Contract.Output;

namespace ProcessingJob.Models.Modules;

/// <summary>Puts together what the files of a folder say.</summary>
static class SentenceFolderReader
{
    static readonly string[] Similarities = ["cosine", "dot", "euclidean", "manhattan", "maxsim", "meanmaxsim"];

    /// <summary>Tasks by what a folder is for.</summary>
    static readonly Dictionary<FolderKind, string> Tasks = new()
    {
        [FolderKind.SentenceTransformer] = "embed",
        [FolderKind.CrossEncoder] = "rerank or classify",
        [FolderKind.SparseEncoder] = "sparse",
        [FolderKind.MultiVectorEncoder] = "multivector",
    };

    public static SentenceFolder Read(string path, FolderKind? asked)
    {
        var settings = FolderSettings.Read(path);
        var warnings = new List<JobWarning>();
        if (ModuleTypes.List(path) is { } listed)
        {
            var kind = Declared(settings, listed);
            Require(path, kind, asked);
            return Listed(path, settings, listed, kind, warnings);
        }

        return Plain(path, settings, asked, warnings);
    }

    static SentenceFolder Listed(
        string path,
        FolderSettings settings,
        IReadOnlyList<(string Type, string Path)> listed,
        FolderKind kind,
        List<JobWarning> warnings
    )
    {
        var file = Path.Combine(path, "modules.json");
        IReadOnlyList<SentenceModule> modules =
        [
            .. listed.Select(entry =>
                ModuleTypes.Read(file, entry.Type, new ModuleSource(ModuleFolders.Inside(file, path, entry.Path), kind, warnings))
            ),
        ];
        var isPyLate = settings.PyLate is not null || listed.Any(entry => ModuleTypes.IsPyLate(entry.Type));
        if (isPyLate)
        {
            modules = ColbertModules.OfPyLate(modules, settings);
        }

        var activation = TorchActivation.Identity;
        if (kind == FolderKind.CrossEncoder)
        {
            var transformer = Transformers(modules).FirstOrDefault();
            var plain = transformer is null ? null : PlainFolder.Read(transformer.Folder);
            activation = CrossEncoderActivation.Of(settings, plain, CrossEncoderActivation.Labels(modules, plain), warnings);
        }

        return new SentenceFolder
        {
            Path = path,
            Kind = kind,
            SaysKind = true,
            HasModules = true,
            Modules = modules,
            Prompts = Completed(isPyLate ? ColbertModules.Prompts(settings) : settings.Prompts, kind),
            DefaultPrompt = settings.DefaultPrompt,
            Similarity = SimilarityOf(settings, kind),
            TruncateDimensions = settings.TruncateDimensions,
            MaxActiveDimensions = settings.MaxActiveDimensions,
            Activation = activation,
            Warnings = warnings,
        };
    }

    /// <summary>Without modules.json only model_type counts of config_sentence_transformers.json, as in sentence-transformers.</summary>
    static SentenceFolder Plain(string path, FolderSettings settings, FolderKind? asked, List<JobWarning> warnings)
    {
        var plain = PlainFolder.Read(path);
        var declared = settings.Kind ?? PlainKind(plain);
        if (declared is { } sure)
        {
            Require(path, sure, asked);
        }

        var kind = declared ?? asked ?? (plain.Is("ForSequenceClassification") ? FolderKind.CrossEncoder : FolderKind.SentenceTransformer);
        if (settings.Prompts.Count > 0)
        {
            warnings.Add(new("prompts_unused", $"{settings.File}: its prompts are not used, as the folder has no modules.json"));
        }

        var (modules, prompts) = plain.Is(ColbertModules.StanfordArchitecture)
            ? ColbertModules.OfStanford(path)
            : (DefaultModules.Of(path, plain, kind, warnings), new Dictionary<string, string>());
        return new SentenceFolder
        {
            Path = path,
            Kind = kind,
            SaysKind = declared is not null,
            HasModules = false,
            Modules = modules,
            Prompts = Completed(prompts, kind),
            Similarity = SimilarityOf(new FolderSettings { File = settings.File }, kind),
            Activation =
                kind == FolderKind.CrossEncoder
                    ? CrossEncoderActivation.Of(null, plain, CrossEncoderActivation.Labels(modules, plain), warnings)
                    : TorchActivation.Identity,
            Warnings = warnings,
        };
    }

    /// <summary>Null where config.json does not tell.</summary>
    static FolderKind? PlainKind(PlainFolder plain) =>
        plain.Is(ColbertModules.StanfordArchitecture) ? FolderKind.MultiVectorEncoder
        : plain.ModelType == Model2VecModule.ModelType ? FolderKind.SentenceTransformer
        : plain.Activation is not null ? FolderKind.CrossEncoder
        : null;

    /// <summary>A folder with modules.json: model_type, or modules that only one class has; else SentenceTransformer.</summary>
    static FolderKind Declared(FolderSettings settings, IReadOnlyList<(string Type, string Path)> listed)
    {
        if (settings.Kind is { } kind)
        {
            return kind;
        }

        return settings.PyLate is not null
            || listed.Any(m => ModuleTypes.IsPyLate(m.Type) || m.Type.EndsWith(".MultiVectorMask", StringComparison.Ordinal))
                ? FolderKind.MultiVectorEncoder
            : listed.Any(m => m.Type.Contains(".sparse_encoder.", StringComparison.Ordinal)) ? FolderKind.SparseEncoder
            : listed.Any(m => m.Type.Contains(".cross_encoder.", StringComparison.Ordinal)) ? FolderKind.CrossEncoder
            : FolderKind.SentenceTransformer;
    }

    static void Require(string path, FolderKind found, FolderKind? asked)
    {
        if (asked is { } needed && needed != found)
        {
            throw ModelError.Refuse(
                path,
                $"is a {found} by its own files, expected a {needed} for task {Tasks[needed]}; fix: task: {Tasks[found]}"
            );
        }
    }

    static IEnumerable<TransformerModule> Transformers(IEnumerable<SentenceModule> modules) =>
        modules.SelectMany(m =>
            m switch
            {
                TransformerModule transformer => [transformer],
                RouterModule router => router.Routes.SelectMany(route => Transformers(route.Modules)),
                _ => (IEnumerable<TransformerModule>)[],
            }
        );

    // All but CrossEncoder put these two in by themselves, so that a passage prompt is hidden by an empty document prompt.
    static IReadOnlyDictionary<string, string> Completed(IReadOnlyDictionary<string, string> prompts, FolderKind kind)
    {
        if (kind == FolderKind.CrossEncoder)
        {
            return prompts;
        }

        var completed = new Dictionary<string, string>(prompts, StringComparer.Ordinal);
        completed.TryAdd("query", "");
        completed.TryAdd("document", "");
        return completed;
    }

    static string SimilarityOf(FolderSettings settings, FolderKind kind) =>
        settings.Similarity is { } name && Similarities.Contains(name)
            ? name
            : kind switch
            {
                FolderKind.SparseEncoder => "dot",
                FolderKind.MultiVectorEncoder => "maxsim",
                _ => "cosine",
            };
}
