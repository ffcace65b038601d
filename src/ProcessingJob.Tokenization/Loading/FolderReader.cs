using ProcessingJob.Tokenization.Models;
using ProcessingJob.Tokenization.Pipeline;

namespace ProcessingJob.Tokenization.Loading;

/// <summary>A model folder's tokenizer: its files, and what other files of the folder change about them.</summary>
static class FolderReader
{
    static readonly string[] SentencePieceNames = ["sentencepiece.bpe.model", "spiece.model", "spm.model"];

    /// <param name="root">The model folder.</param>
    /// <param name="task">The side that the texts are on: query, document, or null for none.</param>
    public static TokenizerParts Read(string root, string? task)
    {
        var folder = TokenizerFolder.Find(root, task);
        var config = new TokenizerConfig(folder.Path);
        var parts = ReadFiles(folder.Path, config);
        if (parts == null && folder.Path != root)
        {
            config = new TokenizerConfig(root);
            parts = ReadFiles(root, config);
        }

        if (parts == null)
        {
            throw Refusal.Broken(
                folder.Path,
                "holds no tokenizer: expected tokenizer.json, vocab.txt, vocab.json with merges.txt, sentencepiece.bpe.model, "
                    + "spiece.model or spm.model"
            );
        }

        var sentence = new SentenceConfig(folder);
        var stated = folder.IsStatic ? parts.Pipeline : TokenizerClass.Rebuilt(parts.Pipeline, config);
        var pipeline = WithMarkers(stated, sentence.Markers);
        if (sentence.LowerCase)
        {
            pipeline = Lowercased(pipeline);
        }

        var types = TokenizerClass.GivesTypes(config);
        var layout = TokenizerClass.Layout(parts.PostProcessor, config, pipeline.Find);
        parts = parts with
        {
            Pipeline = pipeline.Complete(),
            PostProcessor = types == false ? layout.WithoutTypes() : layout,
            HasTypes = types ?? layout.HasTypes,
        };
        return folder.IsStatic ? Static(parts, folder) : Limited(parts, sentence, config, task);
    }

    static TokenizerParts? ReadFiles(string folder, TokenizerConfig config)
    {
        if (Has("tokenizer.json"))
        {
            return TokenizerJson.Read(At("tokenizer.json"), config);
        }

        if (Has("vocab.txt"))
        {
            return SlowFiles.ReadVocabTxt(At("vocab.txt"), config);
        }

        if (Has("vocab.json") && Has("merges.txt"))
        {
            return SlowFiles.ReadVocabJson(At("vocab.json"), At("merges.txt"), config);
        }

        return SentencePieceNames.FirstOrDefault(Has) is { } name ? SlowFiles.ReadSentencePiece(At(name), config) : null;

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
    }

    static TokenizerParts Limited(TokenizerParts parts, SentenceConfig sentence, TokenizerConfig config, string? task)
    {
        var limited = parts with { MaxLength = sentence.MaxLength(task, parts.MaxLength) };
        if (task != SentenceConfig.QueryTask || sentence.Expansion is not { } expansion)
        {
            return limited;
        }

        var token = expansion.Token ?? config.Special("mask_token") ?? config.Special("eos_token") ?? "[MASK]";
        var id =
            parts.Pipeline.Find(token)
            ?? throw Refusal.Broken(parts.Source, $"the token that fills queries up, {token}, is not in the vocabulary");
        return limited with { Expansion = new QueryExpansion(expansion.Length, id, expansion.Attend) };
    }

    /// <summary>No special tokens; a limit only where one of the files that such models read states it.</summary>
    static TokenizerParts Static(TokenizerParts parts, TokenizerFolder folder)
    {
        var bare = parts with { PostProcessor = PostProcessor.None([]), HasTypes = false };
        if (folder.Module == "SparseStaticEmbedding")
        {
            return bare;
        }

        bare = bare with { MaxLength = parts.StatedTruncation };
        return folder.IsModel2Vec ? Model2Vec(bare, folder.Root) : bare;
    }

    /// <summary>
    /// model2vec/model.py: texts are cut to as many characters as the limit's tokens have at the median, unknown tokens left out.
    /// </summary>
    static TokenizerParts Model2Vec(TokenizerParts parts, string root)
    {
        const int DefaultLimit = 512;
        var stated = Json.ReadIfThere(Path.Combine(root, "config.json"))["max_length"];
        var limit = stated.IsNull ? DefaultLimit : stated.Number;
        var lengths = parts.Pipeline.Tokens.Select(token => Vocabulary.CodePoints(token).Length).Order().ToList();
        var middle = lengths.Count / 2;
        var median = lengths.Count % 2 == 1 ? lengths[middle] : (lengths[middle - 1] + lengths[middle]) / 2;
        return parts with { MaxLength = limit, Excess = new ExcessRules(parts.Pipeline.Model.UnknownId, (long)limit * median) };
    }

    static TextPipeline WithMarkers(TextPipeline pipeline, IReadOnlyList<string> markers)
    {
        var missing = markers
            .Where(marker => pipeline.AddedTokens.All(token => token.Content != marker))
            .Select(marker => (Marker: marker, Id: pipeline.Model.Find(marker)))
            .Where(found => found.Id != null)
            .Select(found => new AddedToken(found.Marker, found.Id!.Value));
        return pipeline with { AddedTokens = [.. pipeline.AddedTokens, .. missing] };
    }

    /// <summary>Lower-cases before the tokenizer's own normalizer, as do_lower_case of sentence_bert_config.json asks for.</summary>
    static TextPipeline Lowercased(TextPipeline pipeline) =>
        pipeline.Normalizers switch
        {
            _ when pipeline.Normalizers.Any(step => step is Lowercase or BertNormalizer { Lowercases: true }) => pipeline,
            [BertNormalizer { StripsAccents: false } bert] => pipeline with { Normalizers = [bert.Lowercased()] },
            _ => pipeline with { Normalizers = [new Lowercase(), .. pipeline.Normalizers] },
        };
}
