using ProcessingJob.Tokenization.Models;
using ProcessingJob.Tokenization.Patterns;
using ProcessingJob.Tokenization.Pipeline;

namespace ProcessingJob.Tokenization.Loading;

/// <summary>
/// The files of transformers' older tokenizers: vocab.txt, vocab.json with merges.txt, SentencePiece models. What the files do not say
/// is what transformers' converters to tokenizer.json assume for the family.
/// </summary>
static class SlowFiles
{
    public static TokenizerParts ReadVocabTxt(string path, TokenizerConfig config)
    {
        var lines = File.ReadAllText(path).Split('\n').Select(line => line.TrimEnd('\r')).ToList();
        if (lines is [.., ""])
        {
            lines.RemoveAt(lines.Count - 1);
        }

        var ids = new Dictionary<string, int>();
        for (var i = 0; i < lines.Count; i++)
        {
            ids[lines[i]] = i;
        }

        var vocabulary = new Vocabulary(ids);
        var family = SlowFamilies.Of(config, path, SlowFamily.Bert, SlowFamily.MPNet);
        var mpnet = family == SlowFamily.MPNet || (family == null && vocabulary.Find("[CLS]") == null && vocabulary.Find("<s>") != null);
        var cls = Special(config, vocabulary, path, "cls_token", mpnet ? "<s>" : "[CLS]");
        var sep = Special(config, vocabulary, path, "sep_token", mpnet ? "</s>" : "[SEP]");
        var unknown = Special(config, vocabulary, path, "unk_token", "[UNK]");
        var pad = Special(config, vocabulary, path, "pad_token", mpnet ? "<pad>" : "[PAD]");
        var mask = Special(config, vocabulary, path, "mask_token", mpnet ? "<mask>" : "[MASK]");
        var lowercase = config.Flag("do_lower_case", true);
        return new TokenizerParts
        {
            Source = path,
            Pipeline = new TextPipeline
            {
                Normalizers =
                [
                    new BertNormalizer(
                        true,
                        config.Flag("tokenize_chinese_chars", true),
                        config.Flag("strip_accents", lowercase),
                        lowercase
                    ),
                ],
                PreTokenizers = [new BertPreTokenizer()],
                Model = Make(path, () => new WordPiece(vocabulary, unknown.Text, "##", 100)),
                AddedTokens = config.WithMore(
                    new[] { cls, sep, unknown, pad, mask }
                        .DistinctBy(t => t.Id)
                        .Select(t => new AddedToken(t.Text, t.Id, LeftStrip: mpnet && t == mask))
                ),
            }.Complete(),
            PostProcessor = mpnet ? PostProcessorReader.Roberta(cls, sep, new OffsetTrim(false)) : PostProcessorReader.Bert(cls, sep),
            Decoders = [new WordPieceDecoder("##", true)],
            MaxLength = config.MaxLength,
            TruncatesLeft = config.TruncatesLeft ?? false,
            PadId = pad.Id,
        };
    }

    public static TokenizerParts ReadVocabJson(string path, string mergesPath, TokenizerConfig config)
    {
        var vocabulary = ModelReader.ReadVocabulary(Json.Read(path));
        var merges = new List<(string, string)>();
        var row = 0;
        foreach (var line in File.ReadLines(mergesPath))
        {
            row++;
            if (line.StartsWith("#version", StringComparison.Ordinal) || line.Length == 0)
            {
                continue;
            }

            merges.Add(
                line.Split(' ') is [var left, var right]
                    ? (left, right)
                    : throw Refusal.Broken($"{mergesPath}:{row}", $"expected two tokens, found {line}")
            );
        }

        var prefixSpace = config.Flag("add_prefix_space", false);
        var family = SlowFamilies.Of(config, path, SlowFamily.Roberta, SlowFamily.Gpt2);
        var roberta = family == SlowFamily.Roberta || (family == null && vocabulary.Find("<s>") != null && vocabulary.Find("</s>") != null);
        if (!roberta && config.Flag("add_bos_token", false))
        {
            throw Refusal.Unsupported(path, "add_bos_token without tokenizer.json");
        }

        var model = Make(path, () => new Bpe(vocabulary, merges, new BpeFlags(null, false, false, false)));
        List<AddedToken> added = [];
        var layout = PostProcessor.None([]);
        var padId = 0;
        if (roberta)
        {
            var cls = Special(config, vocabulary, path, "cls_token", "<s>");
            var sep = Special(config, vocabulary, path, "sep_token", "</s>");
            var pad = Special(config, vocabulary, path, "pad_token", "<pad>");
            var unknown = Special(config, vocabulary, path, "unk_token", "<unk>");
            var mask = Special(config, vocabulary, path, "mask_token", "<mask>");
            added =
            [
                .. new[] { cls, pad, sep, unknown, mask }
                    .DistinctBy(t => t.Id)
                    .Select(t => new AddedToken(t.Text, t.Id, LeftStrip: t == mask)),
            ];
            layout = PostProcessorReader.Roberta(cls, sep, new OffsetTrim(prefixSpace));
            padId = pad.Id;
        }
        else if (vocabulary.Find("<|endoftext|>") is { } end)
        {
            added = [new AddedToken("<|endoftext|>", end)];
        }

        return new TokenizerParts
        {
            Source = $"{path}, {Path.GetFileName(mergesPath)}",
            Pipeline = new TextPipeline
            {
                Normalizers = [],
                PreTokenizers = [new ByteLevel(prefixSpace, true)],
                Model = model,
                AddedTokens = config.WithMore(added),
            }.Complete(),
            PostProcessor = layout,
            Decoders = [new ByteLevelDecoder()],
            MaxLength = config.MaxLength,
            TruncatesLeft = config.TruncatesLeft ?? false,
            PadId = padId,
        };
    }

    public static TokenizerParts ReadSentencePiece(string path, TokenizerConfig config)
    {
        var file = SentencePieceModel.Read(path);
        if (file.Type != SentencePieceModel.UnigramType)
        {
            throw Refusal.Unsupported(path, $"a SentencePiece model that is not Unigram (model_type {file.Type})");
        }

        var family = SlowFamilies.Of(config, path, SlowFamily.XlmRoberta, SlowFamily.T5, SlowFamily.DebertaV2) ?? Guess(path, file);
        return family switch
        {
            SlowFamily.T5 => T5(path, file, config),
            SlowFamily.DebertaV2 => DebertaV2(path, file, config),
            _ => XlmRoberta(path, file, config),
        };
    }

    /// <summary>
    /// The family of a SentencePiece model that nothing is said of: that of the file's name, if its first pieces are the family's.
    /// </summary>
    static SlowFamily Guess(string path, SentencePieceModel file)
    {
        var first = string.Join(' ', file.Pieces.Take(3).Select(piece => piece.Token));
        return (Path.GetFileName(path), first) switch
        {
            ("sentencepiece.bpe.model", "<unk> <s> </s>") => SlowFamily.XlmRoberta,
            ("spiece.model", "<pad> </s> <unk>") => SlowFamily.T5,
            ("spm.model", "[PAD] [CLS] [SEP]") => SlowFamily.DebertaV2,
            _ => throw Refusal.Unsupported(
                path,
                $"a SentencePiece model that begins with {first} and has no tokenizer_class in tokenizer_config.json"
            ),
        };
    }

    static TokenizerParts XlmRoberta(string path, SentencePieceModel file, TokenizerConfig config)
    {
        // fairseq's order: its four special tokens, then the pieces after SentencePiece's own three, then the mask.
        (string, double)[] pieces = [("<s>", 0), ("<pad>", 0), ("</s>", 0), ("<unk>", 0), .. file.Pieces.Skip(3), ("<mask>", 0)];
        var mask = pieces.Length - 1;
        return SentencePiece(
            path,
            file,
            config,
            new Unigram(pieces, 3, false),
            [new("<s>", 0), new("<pad>", 1), new("</s>", 2), new("<unk>", 3), new("<mask>", mask, LeftStrip: true)],
            PostProcessorReader.Roberta(("<s>", 0), ("</s>", 2)),
            padId: 1
        );
    }

    static TokenizerParts T5(string path, SentencePieceModel file, TokenizerConfig config)
    {
        var extra = Enumerable.Range(0, 100).Select(i => ($"<extra_id_{99 - i}>", 0.0));
        (string Token, double)[] pieces = file.Pieces.Any(p => p.Token == "<extra_id_0>") ? file.Pieces : [.. file.Pieces, .. extra];
        var model = new Unigram(pieces, file.UnknownId, false);
        var end = model.Find("</s>") ?? throw Refusal.Broken(path, "has no </s>");
        var added = pieces
            .Select((p, id) => (p.Token, Id: id))
            .Where(p => p.Token is "<pad>" or "</s>" or "<unk>" || p.Token.StartsWith("<extra_id_", StringComparison.Ordinal))
            .Select(p => new AddedToken(p.Token, p.Id));
        return SentencePiece(
            path,
            file,
            config,
            model,
            [.. added],
            new PostProcessor
            {
                Single = [PostProcessor.Text(0, 0), PostProcessor.Special(0, end)],
                Pair = [PostProcessor.Text(0, 0), PostProcessor.Special(0, end), PostProcessor.Text(1, 0), PostProcessor.Special(0, end)],
                Shown = "A </s> | A </s> B </s>",
            },
            model.Find("<pad>") ?? 0
        );
    }

    static TokenizerParts DebertaV2(string path, SentencePieceModel file, TokenizerConfig config)
    {
        if (config.Flag("split_by_punct", false))
        {
            throw Refusal.Unsupported(path, "split_by_punct");
        }

        // The mask is not in the model's file: it is the next id.
        (string Token, double)[] pieces = file.Pieces.Any(piece => piece.Token == "[MASK]") ? file.Pieces : [.. file.Pieces, ("[MASK]", 0)];
        var model = new Unigram(pieces, file.UnknownId, false);
        string[] names = ["[PAD]", "[CLS]", "[SEP]", "[UNK]", "[MASK]"];
        var special = names.Select(name => (Text: name, Id: model.Find(name) ?? throw Refusal.Broken(path, $"has no {name}"))).ToArray();
        var normalizers = new List<Normalizer> { new Strip(left: true, right: true) };
        if (config.Flag("do_lower_case", false))
        {
            normalizers.Insert(0, new Lowercase());
        }

        if (file.CharacterMap.Length > 0)
        {
            normalizers.Add(Make(path, () => new Precompiled(file.CharacterMap)));
        }

        normalizers.Add(new Replace(new RunPattern(CodePointSet.Of(' '), least: 2), [' '], "/ {2,}/ -> \" \""));
        return new TokenizerParts
        {
            Source = path,
            Pipeline = new TextPipeline
            {
                Normalizers = [.. normalizers],
                PreTokenizers = [new Metaspace(0x2581, PrependScheme.Always, true)],
                Model = model,
                AddedTokens = config.WithMore(special.Select(token => new AddedToken(token.Text, token.Id))),
            }.Complete(),
            PostProcessor = PostProcessorReader.Bert(special[1], special[2]),
            Decoders = [new MetaspaceDecoder("\u2581", PrependScheme.Always)],
            MaxLength = config.MaxLength,
            TruncatesLeft = config.TruncatesLeft ?? false,
            PadId = special[0].Id,
        };
    }

    static TokenizerParts SentencePiece(
        string path,
        SentencePieceModel file,
        TokenizerConfig config,
        Unigram model,
        AddedToken[] added,
        PostProcessor layout,
        int padId
    ) =>
        new()
        {
            Source = path,
            Pipeline = new TextPipeline
            {
                Normalizers = file.CharacterMap.Length == 0 ? [] : [Make(path, () => new Precompiled(file.CharacterMap))],
                PreTokenizers = [new WhitespaceSplit(), new Metaspace(0x2581, PrependScheme.Always, true)],
                Model = model,
                AddedTokens = config.WithMore(added),
            }.Complete(),
            PostProcessor = layout,
            Decoders = [new MetaspaceDecoder("\u2581", PrependScheme.Always)],
            MaxLength = config.MaxLength,
            TruncatesLeft = config.TruncatesLeft ?? false,
            PadId = padId,
        };

    static (string Text, int Id) Special(TokenizerConfig config, Vocabulary vocabulary, string path, string name, string fallback)
    {
        var token = config.Special(name) ?? fallback;
        return (token, vocabulary.Find(token) ?? throw Refusal.Broken(path, $"{name} {token} is not in the vocabulary"));
    }

    static T Make<T>(string path, Func<T> make)
    {
        try
        {
            return make();
        }
        catch (FormatException e)
        {
            throw Refusal.Broken(path, e.Message);
        }
    }
}
