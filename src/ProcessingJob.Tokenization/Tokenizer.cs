using ProcessingJob.Contract;
using ProcessingJob.Contract.Spec;
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
    /// Reads tokenizer.json, else vocab.txt, vocab.json with merges.txt, or sentencepiece.bpe.model / spiece.model / spm.model, in the
    /// folder of the model's first module (modules.json, behind a Router that of the role), together with what tokenizer_config.json,
    /// special_tokens_map.json and sentence-transformers' files say of texts.
    /// </summary>
    /// <param name="folder">The model folder.</param>
    /// <param name="role">The side that the texts are on: it may have its own tokenizer, limit and expansion.</param>
    /// <exception cref="PJobException">
    /// No tokenizer, a broken one, or one with a component that cannot be reproduced exactly; the message names it.
    /// </exception>
    public static Tokenizer Load(string folder, TextRole role = TextRole.None)
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

        return new Tokenizer(FolderReader.Read(folder, TaskOf(role)));
    }

    /// <summary>Id that fills encodings up to a batch's length.</summary>
    public int PadId => _parts.PadId;

    /// <summary>
    /// The folder's own limit in tokens for texts of the role: processing_kwargs, the role's length, max_seq_length, model_max_length,
    /// the first that is there; null when the files state none (transformers' 1e30 is none).
    /// </summary>
    public int? MaxLength => _parts.MaxLength;

    /// <summary>The limit of a job that states none, for every task: <see cref="MaxLength"/>, lowered to the model's positions.</summary>
    /// <param name="positions">Tokens that the model has positions for; null where it has no limit of its own.</param>
    /// <returns>Null: texts are not cut.</returns>
    public int? DefaultMaxLength(int? positions) =>
        (MaxLength, positions) switch
        {
            ({ } stated, { } room) => Math.Min(stated, room),
            _ => MaxLength ?? positions,
        };

    /// <summary>Highest id + 1, added tokens included.</summary>
    public int VocabularySize { get; }

    /// <summary>Whether the tokenizer gives token_type_ids (BERT's does, RoBERTa's does not); where it does not, all are 0.</summary>
    public bool HasTokenTypes => _parts.HasTypes;

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

    /// <summary>Whether tokens that go on with a word are written with a prefix (WordPiece's ##).</summary>
    public bool MarksContinuations => _parts.Pipeline.Model.MarksContinuations;

    /// <summary>Id of the unknown token; null where there is none.</summary>
    public int? UnknownId => _parts.Pipeline.Model.UnknownId is >= 0 and var id ? id : null;

    /// <summary>The id of a token as written in the vocabulary, or null.</summary>
    public int? TokenToId(string token) => _parts.Pipeline.Find(token);

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
    public Encoder CreateEncoder(EncodeOptions options) => new(_parts, _spaces, options);

    /// <summary>Special tokens that the template adds to a single text or to a pair.</summary>
    public int SpecialTokenCount(bool pair) => _parts.PostProcessor.SpecialCount(pair);

    /// <summary>The role under the name that sentence-transformers' files have for it.</summary>
    static string? TaskOf(TextRole role) =>
        role switch
        {
            TextRole.Query => SentenceConfig.QueryTask,
            TextRole.Document => SentenceConfig.DocumentTask,
            _ => null,
        };

    static string Join(IEnumerable<string> steps) => string.Join(" > ", steps) is { Length: > 0 } joined ? joined : "none";
}
