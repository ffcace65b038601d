using ProcessingJob.Tokenization.Models;
using ProcessingJob.Tokenization.Pipeline;

namespace ProcessingJob.Tokenization.Loading;

/// <summary>tokenizer.json, the file of Hugging Face's tokenizers.</summary>
static class TokenizerJson
{
    public static TokenizerParts Read(string path, TokenizerConfig config)
    {
        var root = Json.Read(path);
        if (!root.IsObject)
        {
            throw root.Expected("the object of a tokenizer.json");
        }

        var model = ModelReader.Read(root["model"]);
        var notes = Notes(root);
        var pipeline = new TextPipeline
        {
            Normalizers = [.. NormalizerReader.Read(root["normalizer"])],
            PreTokenizers = [.. PreTokenizerReader.Read(root["pre_tokenizer"])],
            Model = model,
            AddedTokens = ReadAdded(root["added_tokens"], model, notes),
        }.Complete();
        return new TokenizerParts
        {
            Source = path,
            Pipeline = pipeline,
            PostProcessor = PostProcessorReader.Read(root["post_processor"]),
            Decoders = DecoderReader.Read(root["decoder"]),
            MaxLength = config.MaxLength,
            PadId = PadId(root, config, pipeline),
            TruncatesLeft = config.TruncatesLeft ?? TokenizerConfig.IsLeft(root["truncation"]["direction"]) ?? false,
            StatedTruncation = root["truncation"].IsObject ? root["truncation"]["max_length"].Number : null,
            Notes = notes,
        };
    }

    /// <summary>
    /// Ids as Hugging Face gives them: the model's own, else the next free one behind the vocabulary, whatever the file says.
    /// </summary>
    static List<AddedToken> ReadAdded(Json section, SubwordModel model, List<string> notes)
    {
        var tokens = new Dictionary<string, AddedToken>();
        if (section.IsNull)
        {
            return [];
        }

        var (last, moved) = (-1, 0);
        foreach (var item in section.Items)
        {
            var content = item["content"].Text;
            if (content.Length == 0)
            {
                continue;
            }

            var stated = item["id"].Number;
            if (model.Find(content) is { } own && own != stated)
            {
                throw Refusal.Broken(item.Where, $"added token {content} has id {stated}, the model's vocabulary says {own}");
            }

            var id = model.Find(content) ?? (tokens.TryGetValue(content, out var known) ? known.Id : Math.Max(last + 1, model.Count));
            if (id != stated)
            {
                moved++;
            }

            last = Math.Max(last, id);
            tokens[content] = AddedTokenOf(item, id);
        }

        if (moved > 0)
        {
            notes.Add(
                $"{moved} added tokens state ids that are not the next ones behind the vocabulary; they are numbered on, as "
                    + "Hugging Face does"
            );
        }

        return [.. tokens.Values];
    }

    /// <summary>An entry of added_tokens, or of tokenizer_config.json's added_tokens_decoder.</summary>
    public static AddedToken AddedTokenOf(Json item, int id) =>
        new(
            item["content"].Text,
            id,
            item["single_word"].Flag(false),
            item["lstrip"].Flag(false),
            item["rstrip"].Flag(false),
            item["normalized"].Flag(true),
            item["special"].Flag(false)
        );

    static int PadId(Json root, TokenizerConfig config, TextPipeline pipeline)
    {
        if (config.Special("pad_token") is { } token && Find(token) is { } configured)
        {
            return configured;
        }

        if (root["padding"].IsObject && !root["padding"]["pad_id"].IsNull)
        {
            return root["padding"]["pad_id"].Number;
        }
        // MPNet's vocabulary holds BERT's [PAD] as an ordinary piece, so added tokens come first.
        return Added("[PAD]") ?? Added("<pad>") ?? Find("[PAD]") ?? Find("<pad>") ?? 0;
        int? Added(string text) => pipeline.AddedTokens.FirstOrDefault(t => t.Content == text)?.Id;
        int? Find(string text) => Added(text) ?? pipeline.Model.Find(text);
    }

    static List<string> Notes(Json root)
    {
        var notes = new List<string>();
        if (root["truncation"].IsObject)
        {
            notes.Add(
                $"truncation to {root["truncation"]["max_length"].Number} tokens in the file is set aside: the job's max_length counts"
            );
        }

        if (root["padding"].IsObject)
        {
            notes.Add("padding in the file is set aside: batches are padded to their longest text");
        }

        return notes;
    }
}
