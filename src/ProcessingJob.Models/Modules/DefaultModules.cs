using ProcessingJob.Contract;
using ProcessingJob.Contract.Output;
using ProcessingJob.Contract.Spec;

namespace ProcessingJob.Models.Modules;

/// <summary>Modules of a folder without modules.json, as each class of sentence-transformers makes them.</summary>
static class DefaultModules
{
    /// <summary>Code of the warning of a folder that does not say how it pools.</summary>
    public const string PoolingGuessed = "pooling_guessed";

    const string LanguageModel = "ForCausalLM";
    const string MaskedLanguageModel = "ForMaskedLM";

    /// <exception cref="PJobException">Model: the folder is for another task, needs a chat template, or would need training.</exception>
    public static IReadOnlyList<SentenceModule> Of(string folder, PlainFolder plain, FolderKind kind, List<JobWarning> warnings)
    {
        if (plain.ModelType == Model2VecModule.ModelType && kind == FolderKind.SentenceTransformer)
        {
            return Model2VecModule.Of(folder);
        }

        return kind switch
        {
            FolderKind.SentenceTransformer => Embedding(folder, plain, warnings),
            FolderKind.CrossEncoder => Scoring(folder, plain),
            FolderKind.SparseEncoder when plain.Is(MaskedLanguageModel) =>
            [
                TransformerModule.Plain(folder, TransformerModule.FillMask),
                new SpladePoolingModule(Sum: false, DoubleLog: false),
            ],
            FolderKind.SparseEncoder => throw ModelError.Refuse(
                plain.File,
                $"has the architecture {Shown(plain)}, expected one that ends in {MaskedLanguageModel}: a sparse encoder needs that head"
            ),
            _ => throw ModelError.Refuse(
                plain.File,
                $"has the architecture {Shown(plain)}, expected {ColbertModules.StanfordArchitecture} or modules.json: no "
                    + "multi-vector model"
            ),
        };
    }

    static IReadOnlyList<SentenceModule> Embedding(string folder, PlainFolder plain, List<JobWarning> warnings)
    {
        if (HeadTasks.Refusal(plain, TaskKind.Embed) is { } refusal)
        {
            throw refusal;
        }

        if (ChatTemplates.IsIn(folder))
        {
            throw ChatTemplates.Refuse(folder);
        }

        var mode = plain.Is(LanguageModel) && plain.Causal ? PoolingMode.Last : PoolingMode.Mean;
        warnings.Add(
            new(
                PoolingGuessed,
                $"{folder} has no modules.json, so the pooling is guessed: {new[] { mode }.Words()}, not normalized; "
                    + "fix: say embed.pooling and embed.normalize as the model's authors do"
            )
        );
        return [TransformerModule.Plain(folder, TransformerModule.FeatureExtraction), new PoolingModule([mode], IncludePrompt: true)];
    }

    static IReadOnlyList<SentenceModule> Scoring(string folder, PlainFolder plain) =>
        !plain.Is(LanguageModel) ? [TransformerModule.Plain(folder, TransformerModule.SequenceClassification)]
        : ChatTemplates.IsIn(folder) ? throw ChatTemplates.Refuse(folder)
        : [TransformerModule.Plain(folder, TransformerModule.TextGeneration), YesNoScore(folder)];

    static LogitScoreModule YesNoScore(string folder) => new(TokenId(folder, "yes"), TokenId(folder, "no"));

    static int TokenId(string folder, string token) =>
        TokenizerVocabulary.Find(folder, token)
        ?? throw ModelError.Refuse(folder, $"the tokenizer has no token '{token}', which a score of a language model is read from");

    static string Shown(PlainFolder plain) => plain.Architectures is [var first, ..] ? first : "not named";
}
