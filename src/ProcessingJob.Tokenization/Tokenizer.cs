using ProcessingJob.Contract;
using ProcessingJob.Tokenization.Loading;
using ProcessingJob.Tokenization.Pipeline;

namespace ProcessingJob.Tokenization;

/// <summary>
/// The tokenizer of a Hugging Face model folder: immutable, shared by threads. Texts are encoded by an <see cref="Encoder"/>,
/// one per thread.
/// </summary>
public sealed class Tokenizer
{
    readonly TokenizerParts _parts;
    readonly Dictionary<int, AddedToken> _addedById;
    readonly Dictionary<string, int> _addedByContent;
    readonly Dictionary<int, string> _normalizedContent;
    readonly TokenSpaces _spaces;

    Tokenizer(TokenizerParts parts)
    {
        _parts = parts;
        var added = parts.Pipeline.AddedTokens;
        _addedById = added.GroupBy(t => t.Id).ToDictionary(group => group.Key, group => group.Last());
        _addedByContent = added.ToDictionary(t => t.Content, t => t.Id);
        _normalizedContent = added
            .Where(t => t.Normalized)
            .GroupBy(t => t.Id)
            .ToDictionary(
                group => group.Key,
                group => string.Concat(parts.Pipeline.Normalize(group.Last().Content).Select(char.ConvertFromUtf32))
            );
        VocabularySize = Math.Max(parts.Pipeline.Model.Size, added.Count == 0 ? 0 : added.Max(t => t.Id) + 1);
        _spaces = new TokenSpaces(parts.Pipeline, VocabularySize);
    }

    /// <summary>
    /// Reads tokenizer.json, else vocab.txt, vocab.json with merges.txt, or sentencepiece.bpe.model / spiece.model, together with
    /// tokenizer_config.json and special_tokens_map.json where they are.
    /// </summary>
    /// <exception cref="PJobException">
    /// No tokenizer, a broken one, or one with a component that cannot be reproduced exactly; the message names it.
    /// </exception>
    public static Tokenizer Load(string folder)
    {
        if (File.Exists(folder))
        {
            throw Refusal.Broken(folder, "is a file: give the model folder it is in");
        }

        if (!Directory.Exists(folder))
        {
            throw Refusal.Broken(
                folder,
                folder.Contains("://", StringComparison.Ordinal)
                    ? "is not on this machine: fetch the model folder first (pjob model fetch)"
                    : "no such model folder"
            );
        }

        var config = new TokenizerConfig(folder);
        string At(string name) => Path.Combine(folder, name);
        bool Has(string name)
        {
            if (!File.Exists(At(name)))
            {
                return false;
            }

            GitLfs.RefusePointer(At(name));
            return true;
        }

        if (Has("tokenizer.json"))
        {
            return new Tokenizer(TokenizerJson.Read(At("tokenizer.json"), config));
        }

        if (Has("vocab.txt"))
        {
            return new Tokenizer(SlowFiles.ReadVocabTxt(At("vocab.txt"), config));
        }

        if (Has("vocab.json") && Has("merges.txt"))
        {
            return new Tokenizer(SlowFiles.ReadVocabJson(At("vocab.json"), At("merges.txt"), config));
        }

        foreach (var name in (string[])["sentencepiece.bpe.model", "spiece.model"])
        {
            if (Has(name))
            {
                return new Tokenizer(SlowFiles.ReadSentencePiece(At(name), config));
            }
        }

        throw Refusal.Broken(
            folder,
            "holds no tokenizer: expected tokenizer.json, vocab.txt, vocab.json with merges.txt, sentencepiece.bpe.model or spiece.model"
        );
    }

    /// <summary>Id that fills encodings up to a batch's length.</summary>
    public int PadId => _parts.PadId;

    /// <summary>The model's own limit in tokens (model_max_length), or null when the files state none.</summary>
    public int? MaxLength => _parts.MaxLength;

    /// <summary>Highest id + 1, added tokens included.</summary>
    public int VocabularySize { get; }

    /// <summary>Whether the family distinguishes the texts of a pair by token_type_ids (BERT does, RoBERTa does not).</summary>
    public bool HasTokenTypes => _parts.PostProcessor.HasTypes;

    /// <summary>What was understood of the files.</summary>
    public TokenizerDescription Describe() =>
        new(
            _parts.Source,
            _parts.Pipeline.Model.Describe(),
            Join(_parts.Pipeline.Normalizers.Select(step => step.Describe())),
            Join(_parts.Pipeline.PreTokenizers.Select(step => step.Describe())),
            _parts.PostProcessor.Shown,
            Join((_parts.Decoders ?? []).Select(step => step.Describe())),
            VocabularySize,
            [.. _addedById.Values.Where(t => t.Special).OrderBy(t => t.Id).Select(t => new SpecialTokenDescription(t.Content, t.Id))],
            _parts.Pipeline.AddedTokens.Count,
            MaxLength,
            _parts.Notes
        );

    /// <summary>The token of an id as written in the vocabulary, or null.</summary>
    public string? IdToToken(int id)
    {
        if (_addedById.TryGetValue(id, out var token))
        {
            return _normalizedContent.GetValueOrDefault(id, token.Content);
        }

        return _parts.Pipeline.Model.Token(id);
    }

    /// <summary>The text of the ids as Hugging Face's decoder gives it; unknown ids are left out.</summary>
    public string Decode(ReadOnlySpan<int> ids, bool skipSpecialTokens = true)
    {
        var tokens = new List<string>(ids.Length);
        foreach (var id in ids)
        {
            if (IdToToken(id) is not { } token)
            {
                continue;
            }

            if (skipSpecialTokens && _addedByContent.TryGetValue(token, out var added) && _addedById[added].Special)
            {
                continue;
            }

            tokens.Add(token);
        }

        if (_parts.Decoders == null)
        {
            return string.Join(' ', tokens);
        }

        foreach (var decoder in _parts.Decoders)
        {
            decoder.Apply(tokens);
        }

        return string.Concat(tokens);
    }

    /// <summary>An encoder with its own scratch memory and caches: one per thread, kept for many texts.</summary>
    /// <exception cref="PJobException">The options contradict each other or the model (BadSpec).</exception>
    public Encoder CreateEncoder(EncodeOptions options) => new(_parts.Pipeline, _parts.PostProcessor, _spaces, options);

    /// <summary>Special tokens that the template adds to a single text or to a pair.</summary>
    public int SpecialTokenCount(bool pair) => _parts.PostProcessor.SpecialCount(pair);

    static string Join(IEnumerable<string> steps) => string.Join(" > ", steps) is { Length: > 0 } joined ? joined : "none";
}
