using ProcessingJob.Contract.Output;

namespace ProcessingJob.Models.Modules;

/// <summary>What a CrossEncoder does to its logits, by the order of its files (sentence-transformers' get_default_activation_fn).</summary>
static class CrossEncoderActivation
{
    /// <summary>
    /// The strongest of config_sentence_transformers.json, config.json's sentence_transformers.activation_fn and its
    /// sbert_ce_default_activation_function; else Sigmoid for one label and Identity for several.
    /// </summary>
    /// <param name="settings">Null where the folder has no modules.json, as the file is not read then.</param>
    public static TorchActivation Of(FolderSettings? settings, PlainFolder? plain, int labels, List<JobWarning> warnings)
    {
        var (file, name) = settings?.Activation is { } own ? (settings.File, own) : (plain?.File, plain?.Activation);
        if (name is not null)
        {
            if (TorchActivations.Parse(name, message => ModelError.Refuse(file!, message)) is { } activation)
            {
                return activation;
            }

            warnings.Add(new("activation_replaced", $"{file}: the activation {name} is not of torch; the default takes its place"));
        }

        return labels == 1 ? TorchActivation.Sigmoid : TorchActivation.Identity;
    }

    /// <summary>Scores that the folder gives for a text or pair.</summary>
    public static int Labels(IReadOnlyList<SentenceModule> modules, PlainFolder? plain)
    {
        foreach (var module in modules.Reverse())
        {
            switch (module)
            {
                case DenseModule { Output: Features.Scores } dense:
                    return dense.Outputs;
                case LogitScoreModule:
                    return 1;
                case TransformerModule:
                    // A model without a classifier of its own gets one label and untrained weights: its tensors will be missing.
                    return plain is not null && plain.Is("ForSequenceClassification") ? plain.Labels ?? 2 : 1;
            }
        }

        return 1;
    }
}
