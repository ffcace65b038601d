using System.Text.Json.Nodes;
using ProcessingJob.Samples.Graphs;

namespace ProcessingJob.Samples.Tokenizers;

/// <summary>A tokenizer.json that exists already.</summary>
static class GivenTokenizer
{
    /// <exception cref="ArgumentException">The folder has none, or it pads with another id than the family does.</exception>
    public static TokenizerJson Load(string folder, ModelFamily family)
    {
        var path = Path.Combine(folder, "tokenizer.json");
        if (!File.Exists(path))
        {
            throw new ArgumentException($"{path} is not there; a tokenizer folder holds a tokenizer.json.");
        }

        var json = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        var added = json["added_tokens"]!
            .AsArray()
            .ToDictionary(token => (string)token!["content"]!, token => (int)token!["id"]!, StringComparer.Ordinal);
        var (className, roles) = family switch
        {
            ModelFamily.Bert => ("BertTokenizer", WordPieceTokenizer.Roles),
            ModelFamily.DistilBert => ("DistilBertTokenizer", WordPieceTokenizer.Roles),
            ModelFamily.Roberta => ("RobertaTokenizer", ByteLevelTokenizer.Roles),
            _ => ("XLMRobertaTokenizer", ByteLevelTokenizer.Roles),
        };
        var pad = FamilyTraits.Of(family).PadId;
        if (!added.TryGetValue(roles["pad_token"], out var found) || found != pad)
        {
            throw new ArgumentException($"{path} does not fit {family}: {roles["pad_token"]} should be an added token with id {pad}.");
        }

        var highest = json["model"]!["vocab"] switch
        {
            JsonObject vocab => vocab.Max(entry => (int)entry.Value!),
            var pieces => pieces!.AsArray().Count - 1,
        };
        return new(json, className, roles, Math.Max(highest, added.Values.Max()) + 1);
    }
}
