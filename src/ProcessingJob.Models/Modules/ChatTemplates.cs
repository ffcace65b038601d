using ProcessingJob.Contract;
using ProcessingJob.Models.Configs;

namespace ProcessingJob.Models.Modules;

/// <summary>Templates that would turn a text into a conversation. They are programs; none is run here.</summary>
static class ChatTemplates
{
    /// <summary>Whether the tokenizer of a folder has one.</summary>
    public static bool IsIn(string folder) =>
        File.Exists(Path.Combine(folder, "chat_template.jinja"))
        || File.Exists(Path.Combine(folder, "chat_template.json"))
        || ModelJson.Root(Path.Combine(folder, "tokenizer_config.json")) is { ValueKind: System.Text.Json.JsonValueKind.Object } config
            && config.TryGetProperty("chat_template", out var template)
            && template.ValueKind != System.Text.Json.JsonValueKind.Null;

    public static PJobException Refuse(string folder) =>
        ModelError.Refuse(
            folder,
            "sends every text through the tokenizer's chat template, which is not supported; "
                + "fix: save the model with sentence-transformers so that modality_config in sentence_bert_config.json has text alone"
        );
}
