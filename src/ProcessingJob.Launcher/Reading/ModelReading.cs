using ProcessingJob.Contract.Output;
using ProcessingJob.Contract.Spec;

namespace ProcessingJob.Launcher.Reading;

/// <summary>What a model folder says and what is made of it: the document that <c>pjob model inspect --json</c> prints.</summary>
public sealed record ModelReading
{
    /// <summary>The folder, as it was named.</summary>
    public required string Folder { get; init; }

    /// <summary>
    /// config.json's model_type, such as <c>bert</c>; <c>static</c> for a table of tokens; null where there is only a tokenizer.
    /// </summary>
    public string? Family { get; init; }

    /// <summary>The class that config.json names, such as <c>BertForTokenClassification</c>; null where it names none.</summary>
    public string? Architecture { get; init; }

    /// <summary>
    /// none, sequence_classification, token_classification, question_answering or masked_language_model; null: another one.
    /// </summary>
    public string? Head { get; init; }

    /// <summary>The task that the folder is for; null where no task of this version fits.</summary>
    public TaskKind? Task { get; init; }

    /// <summary>sentence_transformer, cross_encoder, sparse_encoder or multi_vector_encoder; null where that cannot be said.</summary>
    public string? Kind { get; init; }

    /// <summary>Floats of a token embedding.</summary>
    public int? HiddenSize { get; init; }

    /// <summary>Modules in the order in which they are applied; empty for task answer and for tokenizers alone.</summary>
    public IReadOnlyList<ModuleReading> Modules { get; init; } = [];

    /// <summary>modules.json, or guessed.</summary>
    public string? ModulesFrom { get; init; }

    /// <summary>Null for other tasks than embed.</summary>
    public PoolingReading? Pooling { get; init; }

    /// <summary>Tokens of an encoding.</summary>
    public LengthReading? MaxLength { get; init; }

    /// <summary>Text by name.</summary>
    public IReadOnlyDictionary<string, string> Prompts { get; init; } = new Dictionary<string, string>();

    /// <summary>The prompt of texts for which none is asked; null: none.</summary>
    public string? DefaultPrompt { get; init; }

    /// <summary>cosine, dot, euclidean, manhattan, maxsim or meanmaxsim; null for other tasks than embed.</summary>
    public string? Similarity { get; init; }

    /// <summary>Of a classifier, by index.</summary>
    public IReadOnlyList<string> Labels { get; init; } = [];

    /// <summary>config.json's problem_type; null where it has none.</summary>
    public string? ProblemType { get; init; }

    /// <summary>What the model can be run from, the best for a CPU first.</summary>
    public IReadOnlyList<GraphReading> Graphs { get; init; } = [];

    /// <summary>Of the first task that fits: without a tokenizer none does.</summary>
    public required TokenizerReading Tokenizer { get; init; }

    /// <summary>What each task would do with the folder, all tasks.</summary>
    public required IReadOnlyList<TaskReading> Tasks { get; init; }

    /// <summary>What should be known before results are trusted.</summary>
    public IReadOnlyList<JobWarning> Warnings { get; init; } = [];
}

/// <summary>A module.</summary>
/// <param name="Type">The class's name, such as <c>Dense</c>.</param>
/// <param name="Summary">What it does, in a few words.</param>
public sealed record ModuleReading(string Type, string Summary);

/// <summary>How token embeddings become one vector.</summary>
/// <param name="Modes">As sentence-transformers names them, joined by " + "; "none" where the encoder gives one vector a text.</param>
/// <param name="From">The file that says so, relative to the folder; "guessed" where none does.</param>
/// <param name="IncludePrompt">False: a prompt's tokens are left out.</param>
/// <param name="Normalize">Whether vectors get length 1.</param>
/// <param name="Dimensions">Floats of a vector; null: only a run of the graph tells.</param>
public sealed record PoolingReading(string Modes, string From, bool IncludePrompt, bool Normalize, int? Dimensions);

/// <summary>A limit.</summary>
/// <param name="Tokens">Special tokens included.</param>
/// <param name="From">The key and file that say so.</param>
public sealed record LengthReading(int Tokens, string From);

/// <summary>A graph.</summary>
/// <param name="File">Relative to the folder.</param>
/// <param name="Origin">onnx: a file; safetensors: built here over the weights.</param>
/// <param name="Precision">float32, float16 or quantized, as it is run.</param>
/// <param name="Bytes">Of its files.</param>
/// <param name="Devices">Those that take it if nothing else is asked for: cpu, cuda.</param>
/// <param name="Inputs">Empty where it cannot be built.</param>
/// <param name="Outputs">As the graph names them.</param>
/// <param name="Problem">Why it cannot be built; null: it can.</param>
public sealed record GraphReading(
    string File,
    string Origin,
    string Precision,
    long Bytes,
    IReadOnlyList<string> Devices,
    IReadOnlyList<PortReading> Inputs,
    IReadOnlyList<PortReading> Outputs,
    string? Problem
);

/// <summary>An input or output of a graph.</summary>
/// <param name="Name">As in the graph.</param>
/// <param name="Type">float32, float16, int32, int64, or the number that ONNX gives the type.</param>
/// <param name="Shape">-1 where any size will do.</param>
public sealed record PortReading(string Name, string Type, IReadOnlyList<long> Shape);

/// <summary>A tokenizer.</summary>
/// <param name="Model">WordPiece, BPE, Unigram or WordLevel, with the settings that matter.</param>
/// <param name="From">The files it was read from.</param>
/// <param name="Normalizer">Components in order, or "none".</param>
/// <param name="PreTokenizer">Components in order, or "none".</param>
/// <param name="Template">Layout of a single text and of a pair.</param>
/// <param name="VocabularySize">Highest id + 1.</param>
/// <param name="AddedTokens">Tokens matched before the model runs.</param>
/// <param name="SpecialTokens">Ids by token.</param>
/// <param name="MaxLength">Tokens that the tokenizer's files allow; null: no limit.</param>
/// <param name="Notes">What was found and set aside on purpose.</param>
public sealed record TokenizerReading(
    string Model,
    string From,
    string Normalizer,
    string PreTokenizer,
    string Template,
    int VocabularySize,
    int AddedTokens,
    IReadOnlyDictionary<string, int> SpecialTokens,
    int? MaxLength,
    IReadOnlyList<string> Notes
);

/// <summary>What a task would do with the folder.</summary>
/// <param name="Task">The task.</param>
/// <param name="Fits">Whether it can be run.</param>
/// <param name="Result">What it gives, or why it is refused.</param>
public sealed record TaskReading(TaskKind Task, bool Fits, string Result);
