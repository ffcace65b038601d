using ProcessingJob.Contract;

namespace ProcessingJob.Models.Modules;

/// <summary>
/// Modules of multi-vector folders that other libraries wrote: PyLate's, and checkpoints of Stanford's ColBERT. Both become what
/// sentence-transformers makes of them: Transformer, Dense of every token, MultiVectorMask, Normalize.
/// </summary>
static class ColbertModules
{
    public const string StanfordArchitecture = "HF_ColBERT";

    /// <summary>string.punctuation of Python.</summary>
    static readonly string[] Punctuation = [.. "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~".Select(c => c.ToString())];

    /// <summary>Completes the modules that a PyLate folder lists.</summary>
    public static IReadOnlyList<SentenceModule> OfPyLate(IReadOnlyList<SentenceModule> listed, FolderSettings settings)
    {
        var pyLate = settings.PyLate;
        var result = new List<SentenceModule>();
        foreach (var module in listed)
        {
            switch (module)
            {
                case TransformerModule transformer:
                    result.Add(
                        transformer with
                        {
                            Expansion = pyLate?.Expansion,
                            QueryLength = pyLate?.Expansion is null ? pyLate?.QueryLength : null,
                            DocumentLength = pyLate?.DocumentLength,
                        }
                    );
                    break;
                case PoolingModule or NormalizeModule { Input: Features.Sentence }:
                    break;
                case DenseModule dense:
                    result.Add(dense with { Input = Features.Tokens, Output = Features.Tokens });
                    break;
                default:
                    result.Add(module);
                    break;
            }
        }

        if (!result.OfType<MultiVectorMaskModule>().Any())
        {
            var isPyLate = settings.Kind == FolderKind.MultiVectorEncoder || pyLate is { HasPrefixes: true };
            result.Add(new MultiVectorMaskModule(pyLate?.SkippedWords ?? (isPyLate ? Punctuation : []), ["document"], null));
        }

        if (!result.OfType<NormalizeModule>().Any())
        {
            result.Add(NormalizeModule.OfTokens);
        }

        return result;
    }

    /// <summary>query_prefix and document_prefix before the saved prompts, once.</summary>
    public static IReadOnlyDictionary<string, string> Prompts(FolderSettings settings)
    {
        var prompts = new Dictionary<string, string>(settings.Prompts, StringComparer.Ordinal);
        foreach (var (name, prefix) in new[] { ("query", settings.PyLate?.QueryPrefix), ("document", settings.PyLate?.DocumentPrefix) })
        {
            var saved = prompts.GetValueOrDefault(name, "");
            prompts[name] = prefix is null || saved.StartsWith(prefix, StringComparison.Ordinal) ? saved : prefix + saved;
        }

        return prompts;
    }

    /// <summary>
    /// Reads a checkpoint of Stanford's ColBERT: linear.weight beside the encoder's tensors, settings in artifact.metadata.
    /// </summary>
    /// <exception cref="PJobException">Model: files that do not fit.</exception>
    public static (IReadOnlyList<SentenceModule> Modules, IReadOnlyDictionary<string, string> Prompts) OfStanford(string folder)
    {
        var metadata = ModuleConfig.TryRead(Path.Combine(folder, "artifact.metadata"));
        var query = metadata?.Text("query_token_id") ?? "[unused0]";
        var document = metadata?.Text("doc_token_id") ?? "[unused1]";
        var queryLength = metadata?.Int("query_maxlen", 1) ?? 32;
        var transformer = TransformerModule.Plain(folder, TransformerModule.FeatureExtraction) with
        {
            Expansion = new ExpansionSettings(true, queryLength, metadata?.Flag("attend_to_mask_tokens") ?? false, null),
            DocumentLength = metadata?.Int("doc_maxlen", 1),
        };
        var words = metadata?.Flag("mask_punctuation") ?? true ? Punctuation : [];
        using var checkpoint = Weights.Checkpoint.Open(folder);
        var (weight, outputs, inputs) = new ModuleWeights(checkpoint).Matrix("linear.weight");
        var dense = new DenseModule(Features.Tokens, Features.Tokens, inputs, outputs, weight, null, TorchActivation.Identity, false, null);
        return (
            [transformer, dense, new MultiVectorMaskModule(words, ["document"], null), NormalizeModule.OfTokens],
            new Dictionary<string, string>(StringComparer.Ordinal) { ["query"] = query + " ", ["document"] = document + " " }
        );
    }
}
