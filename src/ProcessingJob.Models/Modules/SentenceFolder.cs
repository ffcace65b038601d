using ProcessingJob.Contract;
using ProcessingJob.Contract.Output;
using ProcessingJob.Contract.Spec;

namespace ProcessingJob.Models.Modules;

/// <summary>
/// What the files of a sentence-transformers folder say, of every version: its modules in order, prompts, similarity and truncation.
/// A folder without modules.json has the modules that sentence-transformers would make up for it. Immutable. Nothing is executed.
/// </summary>
public sealed record SentenceFolder
{
    public required string Path { get; init; }

    /// <summary>What the folder is for; of a folder that does not say, what was asked or its architecture suggests.</summary>
    public required FolderKind Kind { get; init; }

    /// <summary>True where the folder itself says that it is of this kind: a CrossEncoder then scores by its own activation.</summary>
    public required bool SaysKind { get; init; }

    /// <summary>Applied in this order.</summary>
    public required IReadOnlyList<SentenceModule> Modules { get; init; }

    /// <summary>False: the modules are made up, as the folder has no modules.json.</summary>
    public required bool HasModules { get; init; }

    /// <summary>Texts by name that are put before a text, with those that sentence-transformers adds itself.</summary>
    public required IReadOnlyDictionary<string, string> Prompts { get; init; }

    /// <summary>Name of the prompt of a text without a role; null for none.</summary>
    public string? DefaultPrompt { get; init; }

    /// <summary>cosine, dot, euclidean, manhattan; of multi-vector models maxsim or meanmaxsim.</summary>
    public required string Similarity { get; init; }

    /// <summary>Dimensions that are kept of an embedding, after all modules; null for all.</summary>
    public int? TruncateDimensions { get; init; }

    /// <summary>Values that are kept of a sparse embedding; null for all.</summary>
    public int? MaxActiveDimensions { get; init; }

    /// <summary>What a CrossEncoder does to its logits; Identity for other kinds.</summary>
    public TorchActivation Activation { get; init; } = TorchActivation.Identity;

    public required IReadOnlyList<JobWarning> Warnings { get; init; }

    /// <summary>Reads the folder.</summary>
    /// <param name="path">The model folder.</param>
    /// <param name="asked">What the task needs; null: what the folder is for.</param>
    /// <exception cref="PJobException">Model: a file, key or module that is not understood, or a folder for another task.</exception>
    public static SentenceFolder Open(string path, FolderKind? asked = null) => SentenceFolderReader.Read(path, asked);

    /// <summary>The text to put before every text.</summary>
    /// <param name="literal">The text itself, which may be empty; null for none given.</param>
    /// <param name="name">Name of one of <see cref="Prompts"/>; null for none given.</param>
    /// <param name="role">Chooses as encode_query and encode_document do.</param>
    /// <exception cref="PJobException">BadSpec: an unknown name, or both.</exception>
    public string Prompt(string? literal, string? name, TextRole role)
    {
        if (literal is not null && name is not null)
        {
            throw new PJobException("tokens.prompt and tokens.prompt_name are both given; fix: keep one of them", ExitCode.BadSpec);
        }

        if (name is not null && !Prompts.ContainsKey(name))
        {
            var known = Prompts.Count == 0 ? "it has none" : $"its prompts are {string.Join(", ", Prompts.Keys)}";
            throw new PJobException(
                $"tokens.prompt_name: found {name}, expected a prompt of {Path}; {known}; fix: for a literal text use tokens.prompt",
                ExitCode.BadSpec
            );
        }

        return literal ?? ((name ?? ByRole(role) ?? DefaultPrompt) is { } found ? Prompts[found] : "");
    }

    string? ByRole(TextRole role) =>
        role switch
        {
            TextRole.Query => Array.Find(["query"], Prompts.ContainsKey),
            TextRole.Document => Array.Find(["document", "passage", "corpus"], Prompts.ContainsKey),
            _ => null,
        };
}
