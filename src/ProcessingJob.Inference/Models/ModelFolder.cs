using ProcessingJob.Contract;

namespace ProcessingJob.Inference;

/// <summary>
/// A Hugging Face or sentence-transformers model folder as its own files describe it: config.json, modules.json and the modules
/// it lists, prompts, and the ONNX files. Immutable. Nothing is executed or downloaded, and no pickle is ever read.
/// </summary>
public sealed class ModelFolder
{
    /// <summary>Reads and checks the folder.</summary>
    /// <exception cref="PJobException">Model: what was found, what is expected, in which file.</exception>
    public static ModelFolder Open(string path, ModelOptions? options = null) => throw new NotImplementedException();

    public string Path { get; private init; } = "";

    /// <summary>config.json's model_type, e.g. <c>bert</c>.</summary>
    public string ModelType { get; private init; } = "";

    /// <summary>The task this folder is for (given, or judged by its files).</summary>
    public TaskKind Task { get; private init; }

    /// <summary>Width of a token embedding.</summary>
    public int HiddenSize { get; private init; }

    /// <summary>Tokens an encoding may have, specials included: the least of the model's positions (RoBERTa's two reserved ones
    /// taken off) and sentence_bert_config.json's max_seq_length. The tokenizer's own limit is not looked at here.</summary>
    public int MaxLength { get; private init; }

    /// <summary>Labels of a classifier by index, from id2label; empty for other tasks.</summary>
    public IReadOnlyList<string> Labels { get; private init; } = [];

    /// <summary>config.json's problem_type: single_label_classification, multi_label_classification, regression; or null.</summary>
    public string? ProblemType { get; private init; }

    /// <summary>Pooling of modules.json; mean where the folder has no pooling module.</summary>
    public Pooling Pooling { get; private init; }

    /// <summary>False: the prompt's tokens are left out of the pooling (1_Pooling/config.json include_prompt).</summary>
    public bool IncludePrompt { get; private init; } = true;

    /// <summary>True when modules.json ends in Normalize.</summary>
    public bool Normalize { get; private init; }

    /// <summary>Width of the embedding after pooling and Dense modules, before any Matryoshka truncation.</summary>
    public int EmbeddingSize { get; private init; }

    /// <summary>True when sentence_bert_config.json asks for lower-cased text before tokenization.</summary>
    public bool LowerCase { get; private init; }

    /// <summary>Prompts by name, from config_sentence_transformers.json.</summary>
    public IReadOnlyDictionary<string, string> Prompts { get; private init; } = new Dictionary<string, string>();

    public string? DefaultPromptName { get; private init; }

    /// <summary>similarity_fn_name of config_sentence_transformers.json: cosine unless it says otherwise.</summary>
    public string Similarity { get; private init; } = "cosine";

    /// <summary>The ONNX files found, in the order they are preferred on a CPU.</summary>
    public IReadOnlyList<OnnxFile> OnnxFiles { get; private init; } = [];

    /// <summary>sha256 (hex) over the names and contents of the files that decide the output: configs, modules, tokenizer and the
    /// chosen ONNX file with its external data.</summary>
    public string Fingerprint(DeviceKind device) => throw new NotImplementedException();

    /// <summary>The ONNX file for a device (Cpu or Cuda): the asked one, or the best there is.</summary>
    public OnnxFile Choose(DeviceKind device) => throw new NotImplementedException();

    /// <summary>The prompt's text: a name of <see cref="Prompts"/>, or the literal itself; null gives the default prompt (or "").</summary>
    public string ResolvePrompt(string? nameOrLiteral) => throw new NotImplementedException();

    /// <summary>What was understood, as lines of name and value for <c>pjob model inspect</c>.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Describe() => throw new NotImplementedException();
}
