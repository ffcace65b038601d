using ProcessingJob.Contract.Wire;

namespace ProcessingJob.Tokenization.Tests;

/// <summary>Folders without tokenizer.json: their files give the ids that the same model's tokenizer.json gives.</summary>
public sealed class SlowFilesTests : IDisposable
{
    const string Cased = """{"do_lower_case":false,"model_max_length":512}""";

    readonly string _folder = Directory.CreateTempSubdirectory("slow-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("bert-base-uncased", "vocab.txt", null, null)]
    [InlineData(
        "bert-base-uncased",
        "vocab.txt",
        """{"do_lower_case":true,"tokenizer_class":"BertTokenizer","strip_accents":null}""",
        null
    )]
    [InlineData("bert-base-uncased", "vocab.txt", """{"tokenizer_class":"DPRQuestionEncoderTokenizerFast"}""", null)]
    [InlineData("all-MiniLM-L6-v2", "vocab.txt", null, """{"cls_token":"[CLS]","mask_token":{"content":"[MASK]","lstrip":false}}""")]
    [InlineData("bert-base-cased", "vocab.txt", Cased, null)]
    [InlineData("bert-base-multilingual-cased", "vocab.txt", Cased, null)]
    [InlineData(
        "mpnet-constructed",
        "vocab.txt",
        """{"tokenizer_class":"MPNetTokenizer"}""",
        """{"unk_token":"[UNK]","mask_token":{"content":"<mask>","lstrip":true}}"""
    )]
    [InlineData("roberta-base", "vocab.json,merges.txt", """{"model_max_length":512}""", null)]
    [InlineData("roberta-base", "vocab.json,merges.txt", null, null)]
    [InlineData("gpt2", "vocab.json,merges.txt", null, null)]
    [InlineData("xlm-roberta-base-rebuilt", "sentencepiece.bpe.model", null, null)]
    [InlineData("t5-small", "spiece.model", null, null)]
    public void Load_SlowFiles_EncodesAsTokenizerJson(string vocabulary, string files, string? config, string? specials)
    {
        if (!Directory.Exists(Checkout.SharedData))
        {
            Assert.Skip("../shared/data is not here");
        }

        foreach (var file in files.Split(','))
        {
            File.Copy(Path.Combine(Checkout.Vocabulary(vocabulary), file), Path.Combine(_folder, file));
        }

        if (config != null)
        {
            File.WriteAllText(Path.Combine(_folder, "tokenizer_config.json"), config);
        }

        if (specials != null)
        {
            File.WriteAllText(Path.Combine(_folder, "special_tokens_map.json"), specials);
        }

        var (expected, actual) = (Parity.Loaded(Checkout.Vocabulary(vocabulary)), Tokenizer.Load(_folder));

        Assert.Equal(
            (expected.VocabularySize, expected.PadId, expected.HasTokenTypes),
            (actual.VocabularySize, actual.PadId, actual.HasTokenTypes)
        );
        List<string> texts =
        [
            .. Corpora.Names.SelectMany(name => Corpora.Read(name).Where((_, i) => i % 17 == 0)),
            .. Fuzz.Texts(4000, seed: 21),
            "",
        ];
        // MPNet's tokenizer.json has <unk> beside [UNK]; its vocab.txt cannot say so.
        if (vocabulary.StartsWith("mpnet", StringComparison.Ordinal))
        {
            texts.RemoveAll(text => text.Contains("<unk>", StringComparison.OrdinalIgnoreCase));
        }

        Same(expected, actual, texts);
    }

    [Theory]
    [InlineData(
        "added_tokens.json",
        """{"[NEW]":12,"tea pot":13}""",
        """[{"id":12,"content":"[NEW]","normalized":true},{"id":13,"content":"tea pot","normalized":true}]"""
    )]
    [InlineData(
        "tokenizer_config.json",
        """{"added_tokens_decoder":{"12":{"content":"Tea","single_word":true,"normalized":true},"13":{"content":"<x>","rstrip":true,"normalized":false,"special":true}}}""",
        """[{"id":12,"content":"Tea","single_word":true,"normalized":true},{"id":13,"content":"<x>","rstrip":true,"normalized":false,"special":true}]"""
    )]
    public void Load_MoreAddedTokens_AreFound(string name, string content, string added)
    {
        string[] pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "?", "!", "[MASK]", "a", "tea", "##s", "pot", "["];
        File.WriteAllText(Path.Combine(_folder, "vocab.txt"), string.Join("\r\n", pieces));
        File.WriteAllText(Path.Combine(_folder, name), content);
        var model = Directory.CreateDirectory(Path.Combine(_folder, "json")).FullName;
        var special = string.Join(
            ',',
            ((int[])[0, 1, 2, 3, 6]).Select(id => $$"""{"id":{{id}},"content":"{{pieces[id]}}","normalized":false,"special":true}""")
        );
        File.WriteAllText(
            Path.Combine(model, "tokenizer.json"),
            $$"""
            {"added_tokens":[{{special}},{{added[1..]}},"normalizer":{"type":"BertNormalizer"},"pre_tokenizer":{"type":"BertPreTokenizer"},
            "post_processor":{"type":"BertProcessing","cls":["[CLS]",2],"sep":["[SEP]",3]},"decoder":{"type":"WordPiece","prefix":"##","cleanup":true},
            "model":{"type":"WordPiece","unk_token":"[UNK]","vocab":{ {{string.Join(
                ',',
                pieces.Select((piece, id) => $"\"{piece}\":{id}")
            )}} } } }
            """
        );
        Same(Tokenizer.Load(model), Tokenizer.Load(_folder), ["tea pots [NEW] [new] teapot", "Tea TEA teas <x>  a", "a[MASK] <X>"]);
        Assert.Contains(12, Ids(Tokenizer.Load(_folder), "[new] tea"));
    }

    [Fact]
    public void Load_RobertaOfOtherSpecialTokens_PutsThem()
    {
        // ChemBERTa's: BERT's names in RoBERTa's layout, its own <s> and </s> added behind the vocabulary.
        const string Vocab = """{"[PAD]":0,"[UNK]":1,"[CLS]":2,"[SEP]":3,"[MASK]":4,"C":5,"c":6,"cc":7,"1":8}""";
        File.WriteAllText(Path.Combine(_folder, "vocab.json"), Vocab);
        File.WriteAllText(Path.Combine(_folder, "merges.txt"), "#version: 0.2\nc c\n");
        File.WriteAllText(Path.Combine(_folder, "added_tokens.json"), """{"<s>":9,"</s>":10}""");
        File.WriteAllText(Path.Combine(_folder, "config.json"), """{"model_type":"roberta"}""");
        File.WriteAllText(
            Path.Combine(_folder, "special_tokens_map.json"),
            """
            {"bos_token":"<s>","eos_token":{"content":"</s>","lstrip":false},"unk_token":"[UNK]","sep_token":"[SEP]","pad_token":"[PAD]","cls_token":"[CLS]","mask_token":"[MASK]"}
            """
        );
        var model = Directory.CreateDirectory(Path.Combine(_folder, "json")).FullName;
        var added = ((string[])["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "", "", "", "", "<s>", "</s>"])
            .Select((token, id) => (token, id))
            .Where(t => t.token.Length > 0)
            .Select(t =>
                $$"""{"id":{{t.id}},"content":"{{t.token}}","lstrip":{{(t.id == 4 ? "true" : "false")}},"normalized":false,"special":true}"""
            );
        File.WriteAllText(
            Path.Combine(model, "tokenizer.json"),
            $$"""
            {"added_tokens":[{{string.Join(',', added)}}],"pre_tokenizer":{"type":"ByteLevel","add_prefix_space":false},
            "post_processor":{"type":"RobertaProcessing","cls":["[CLS]",2],"sep":["[SEP]",3],"trim_offsets":true,"add_prefix_space":false},
            "decoder":{"type":"ByteLevel"},"model":{"type":"BPE","merges":["c c"],"vocab":{{Vocab}} } }
            """
        );
        Same(Tokenizer.Load(model), Tokenizer.Load(_folder), ["ccC1", "<s>c", "c [MASK]</s>", "[CLS]"]);
        Assert.Equal([2, 7, 5, 8, 3], Ids(Tokenizer.Load(_folder), "ccC1"));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("""{"model_type":"deberta-v2"}""")]
    public void Load_SpmModelOfDeberta_EncodesAsTokenizerJson(string? config)
    {
        (string Token, float Score, int Type)[] pieces =
        [
            ("[PAD]", 0, 3),
            ("[CLS]", 0, 3),
            ("[SEP]", 0, 3),
            ("[UNK]", 0, 2),
            ("\u2581", -3, 1),
            ("\u2581tea", -2, 1),
            ("pot", -2.5f, 1),
            ("s", -4, 1),
            ("te", -5, 1),
        ];
        var file = new ProtoWriter();
        foreach (var (token, score, type) in pieces)
        {
            file.Message(1, new ProtoWriter().Text(1, token).Single(2, score).Number(3, type));
        }

        File.WriteAllBytes(Path.Combine(_folder, "spm.model"), file.Message(2, new ProtoWriter().Number(3, 1)).ToArray());
        if (config != null)
        {
            File.WriteAllText(Path.Combine(_folder, "config.json"), config);
        }

        var model = Directory.CreateDirectory(Path.Combine(_folder, "json")).FullName;
        var vocab = string.Join(',', pieces.Select(piece => FormattableString.Invariant($"[\"{piece.Token}\",{piece.Score:F1}]")));
        string[] special = ["[PAD]", "[CLS]", "[SEP]", "[UNK]", "[MASK]"];
        var added = special.Select(token =>
            $$"""{"id":{{(token == "[MASK]" ? 9 : Array.IndexOf(special, token))}},"content":"{{token}}","normalized":false,"special":true}"""
        );
        File.WriteAllText(
            Path.Combine(model, "tokenizer.json"),
            $$"""
            {"added_tokens":[{{string.Join(',', added)}}],
            "normalizer":{"type":"Sequence","normalizers":[{"type":"Strip"},{"type":"Replace","pattern":{"Regex":" {2,}"},"content":" "}]},
            "pre_tokenizer":{"type":"Metaspace","replacement":"\u2581","prepend_scheme":"always"},
            "post_processor":{"type":"BertProcessing","cls":["[CLS]",1],"sep":["[SEP]",2]},
            "decoder":{"type":"Metaspace","replacement":"\u2581","prepend_scheme":"always"},
            "model":{"type":"Unigram","unk_id":3,"vocab":[{{vocab}},["[MASK]",0.0]]} }
            """
        );
        Same(Tokenizer.Load(model), Tokenizer.Load(_folder), ["  tea   pots ", "teapot [MASK] tea", "x tea\n", "tea[SEP]s"]);
        Assert.Equal([1, 5, 4, 6, 7, 2], Ids(Tokenizer.Load(_folder), "tea  pots"));
    }

    static int[] Ids(Tokenizer tokenizer, string text)
    {
        var buffer = new EncodingBuffer();
        tokenizer.CreateEncoder(new EncodeOptions()).Encode(text, buffer);
        return buffer.Ids(0).ToArray();
    }

    static void Same(Tokenizer expected, Tokenizer actual, List<string> texts)
    {
        var options = new EncodeOptions { MaxLength = 200, WithOffsets = true };
        var (theirs, ours) = (expected.CreateEncoder(options), actual.CreateEncoder(options));
        var (left, right) = (new EncodingBuffer(), new EncodingBuffer());
        var previous = "";
        foreach (var text in texts)
        {
            left.Clear();
            right.Clear();
            theirs.Encode(text, left);
            ours.Encode(text, right);
            theirs.Encode(text, previous, left);
            ours.Encode(text, previous, right);
            for (var i = 0; i < 2; i++)
            {
                Assert.True(left.Ids(i).SequenceEqual(right.Ids(i)), $"ids of {Parity.Show(text)}");
                Assert.True(left.TypeIds(i).SequenceEqual(right.TypeIds(i)), $"types of {Parity.Show(text)}");
                Assert.True(left.Offsets(i).SequenceEqual(right.Offsets(i)), $"offsets of {Parity.Show(text)}");
                Assert.Equal(expected.Decode(left.Ids(i)), actual.Decode(left.Ids(i)));
            }

            previous = text.Length > 200 ? text[..200] : text;
        }
    }
}
