using System.Text.Json;
using ProcessingJob.Tokenization.Models;

namespace ProcessingJob.Tokenization.Loading;

/// <summary>The model section of tokenizer.json. Old files have no type; then the members tell.</summary>
static class ModelReader
{
    public static SubwordModel Read(Json model)
    {
        if (!model.IsObject)
        {
            throw model.Expected("the model");
        }

        var type = model["type"].TextOrNull ?? Infer(model);
        try
        {
            return type switch
            {
                "WordPiece" => ReadWordPiece(model),
                "BPE" => ReadBpe(model),
                "Unigram" => ReadUnigram(model),
                "WordLevel" => new WordLevel(ReadVocabulary(model["vocab"]), model["unk_token"].TextOrNull ?? "<unk>"),
                _ => throw Refusal.Unsupported(model.Where, $"model {type}"),
            };
        }
        catch (FormatException e)
        {
            throw Refusal.Broken(model.Where, e.Message);
        }
    }

    static string Infer(Json model)
    {
        if (!model["merges"].IsNull)
        {
            return "BPE";
        }

        if (model["vocab"].IsArray)
        {
            return "Unigram";
        }

        return model["continuing_subword_prefix"].IsNull && model["max_input_chars_per_word"].IsNull ? "WordLevel" : "WordPiece";
    }

    static WordPiece ReadWordPiece(Json model) =>
        new(
            ReadVocabulary(model["vocab"]),
            model["unk_token"].TextOrNull ?? "[UNK]",
            model["continuing_subword_prefix"].TextOrNull ?? "##",
            model["max_input_chars_per_word"].IsNull ? 100 : model["max_input_chars_per_word"].Number
        );

    static Bpe ReadBpe(Json model)
    {
        if (!model["dropout"].IsNull && model["dropout"].Real != 0)
        {
            throw Refusal.Unsupported(model.Where, $"dropout {model["dropout"].Real} (random tokens)");
        }

        var flags = new BpeFlags(
            model["unk_token"].TextOrNull,
            model["fuse_unk"].Flag(false),
            model["byte_fallback"].Flag(false),
            model["ignore_merges"].Flag(false),
            model["continuing_subword_prefix"].TextOrNull ?? "",
            model["end_of_word_suffix"].TextOrNull ?? ""
        );
        if (flags.ByteFallback && flags.Prefix.Length + flags.Suffix.Length > 0)
        {
            throw Refusal.Unsupported(model.Where, "byte_fallback beside continuing_subword_prefix or end_of_word_suffix");
        }

        return new Bpe(ReadVocabulary(model["vocab"]), [.. model["merges"].Items.Select(ReadMerge)], flags);
    }

    static (string, string) ReadMerge(Json merge)
    {
        if (merge.IsArray)
        {
            return merge.Items.ToArray() is [var left, var right] ? (left.Text, right.Text) : throw merge.Expected("two tokens");
        }

        return merge.Text.Split(' ') is [var a, var b] ? (a, b) : throw merge.Expected("two tokens with a space between");
    }

    static Unigram ReadUnigram(Json model)
    {
        var pieces = model["vocab"]
            .Items.Select(item =>
                item.Items.ToArray() is [var token, var score] ? (token.Text, score.Score) : throw item.Expected("a token and its score")
            )
            .ToArray();
        var unknown = model["unk_id"].IsNull ? -1 : model["unk_id"].Number;
        if (unknown >= pieces.Length)
        {
            throw Refusal.Broken(model.Where, $"unk_id {unknown} is outside of the {pieces.Length} pieces");
        }

        if (unknown < 0)
        {
            throw Refusal.Unsupported(model.Where, "a Unigram model without unk_id");
        }

        return new Unigram(pieces, unknown, model["byte_fallback"].Flag(false));
    }

    /// <summary>Far above every vocabulary there is; a table by id must fit the memory.</summary>
    const int LargestId = (1 << 24) - 1;

    public static Vocabulary ReadVocabulary(Json vocab)
    {
        if (!vocab.IsObject)
        {
            throw vocab.Expected("an object");
        }

        // Tens of thousands of members: where one is stands in words only if it is wrong.
        var ids = new Dictionary<string, int>(vocab.Element.GetPropertyCount());
        foreach (var member in vocab.Element.EnumerateObject())
        {
            var token = member.Name;
            if (member.Value.ValueKind != JsonValueKind.Number || !member.Value.TryGetInt32(out var id))
            {
                throw new Json(member.Value, $"{vocab.Where}.{token}").Expected("a whole number");
            }

            if (id < 0)
            {
                throw new Json(member.Value, $"{vocab.Where}.{token}").Expected("an id of 0 or more");
            }

            ids[token] = id;
        }

        return ids.Values.DefaultIfEmpty().Max() is var last && last > LargestId
            ? throw Refusal.Broken(vocab.Where, $"found the id {last}, expected at most {LargestId}")
            : new Vocabulary(ids);
    }
}
