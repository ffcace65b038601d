using System.Text;
using ProcessingJob.Contract;

namespace ProcessingJob.Tokenization.Tests;

/// <summary>What cannot be done exactly is refused by name; what is broken is said to be broken, and where.</summary>
public sealed class RefusalTests : IDisposable
{
    const string Model =
        """{"type":"WordPiece","unk_token":"?","continuing_subword_prefix":"##","max_input_chars_per_word":100,"vocab":{"?":0,"a":1}}""";

    readonly string _folder = Directory.CreateTempSubdirectory("refusal-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("model", """{"type":"WordLevel","vocab":{"a":0},"unk_token":"z"}""", "unk_token z is not in the vocabulary")]
    [InlineData("model", """{"vocab":{"a":0}}""", "unk_token <unk> is not in the vocabulary")]
    [InlineData("model", """{"type":"Magic","vocab":{"a":0}}""", "model Magic")]
    [InlineData("model", """{"type":"BPE","vocab":{"a":0},"merges":[],"dropout":0.1}""", "dropout 0.1")]
    [InlineData(
        "model",
        """{"type":"BPE","vocab":{"a":0},"merges":[],"byte_fallback":true,"end_of_word_suffix":"</w>"}""",
        "byte_fallback beside continuing_subword_prefix or end_of_word_suffix"
    )]
    [InlineData(
        "model",
        """{"type":"BPE","vocab":{"a":0,"b":1,"ab":2},"merges":["a b"],"continuing_subword_prefix":"##"}""",
        "merge b does not begin with ##"
    )]
    [InlineData("model", """{"type":"BPE","vocab":{"a":0},"merges":["a b"]}""", "merge b is not in the vocabulary")]
    [InlineData("model", """{"type":"BPE","vocab":{"a":0},"merges":["abc"]}""", "two tokens")]
    [InlineData("model", """{"type":"BPE","vocab":{"a":0},"merges":[],"unk_token":"z"}""", "unk_token z is not in the vocabulary")]
    [InlineData("model", """{"type":"WordPiece","vocab":{"a":0},"unk_token":"z"}""", "unk_token z is not in the vocabulary")]
    [InlineData("model", """{"type":"WordPiece","vocab":{"?":-1},"unk_token":"?"}""", "an id of 0 or more")]
    [InlineData("model", """{"type":"WordPiece","vocab":{"?":2147483646},"unk_token":"?"}""", "at most 16777215")]
    [InlineData("model", """{"type":"Unigram","vocab":[["a",0.0]]}""", "without unk_id")]
    [InlineData("model", """{"type":"Unigram","vocab":[["a",0.0]],"unk_id":1}""", "unk_id 1 is outside")]
    [InlineData("model", """{"type":"Unigram","vocab":[["a"]],"unk_id":0}""", "a token and its score")]
    [InlineData("normalizer", """{"type":"ByteLevel"}""", "normalizer ByteLevel")]
    [InlineData(
        "normalizer",
        """{"type":"Sequence","normalizers":[{"type":"NFC"},{"type":"Magic"}]}""",
        "normalizers[1]: normalizer Magic"
    )]
    [InlineData(
        "normalizer",
        """{"type":"Replace","pattern":{"Regex":"(a|b)*"},"content":"c"}""",
        "regular expression (a|b)* with an expression that matches the empty string"
    )]
    [InlineData("normalizer", """{"type":"Replace","pattern":{"String":""},"content":"c"}""", "the pattern is empty")]
    [InlineData("normalizer", """{"type":"Precompiled","precompiled_charsmap":"////"}""", "no character map")]
    [InlineData("normalizer", """{"type":"Precompiled","precompiled_charsmap":"?"}""", "no character map")]
    [InlineData("pre_tokenizer", """{"type":"UnicodeScripts"}""", "pre-tokenizer UnicodeScripts")]
    [InlineData(
        "pre_tokenizer",
        """{"type":"Split","pattern":{"Regex":"\\w+\\X"},"behavior":"Isolated","invert":false}""",
        @"regular expression \w+\X with \X"
    )]
    [InlineData("pre_tokenizer", """{"type":"Split","pattern":{"Regex":"(?i:\u00df)"}}""", "characters outside of ASCII under (?i)")]
    [InlineData("pre_tokenizer", """{"type":"Split","pattern":{"Regex":"(?i:ss)"}}""", "ss under (?i)")]
    [InlineData("pre_tokenizer", """{"type":"Split","pattern":{"Regex":"(a)\\1"}}""", @"with \1")]
    [InlineData("pre_tokenizer", """{"type":"Split","pattern":{"Regex":"\\p{Han}+"}}""", @"with \p{Han}")]
    [InlineData("pre_tokenizer", """{"type":"Split","pattern":{"Regex":"[[:alpha:]]"}}""", "[:…:]")]
    [InlineData("pre_tokenizer", """{"type":"Split","pattern":{"Regex":"a{2}+"}}""", "{…} followed by")]
    [InlineData("pre_tokenizer", """{"type":"Split","pattern":{"Regex":"(a"}}""", "a group that is not closed")]
    [InlineData("pre_tokenizer", """{"type":"Split","pattern":{"Regex":"a{1,99999}"}}""", "a repetition of at most 1000")]
    [InlineData("pre_tokenizer", """{"type":"Punctuation","behavior":"Sideways"}""", "behavior Sideways")]
    [InlineData("pre_tokenizer", """{"type":"Metaspace","replacement":"__"}""", "one character")]
    [InlineData("post_processor", """{"type":"Magic"}""", "post-processor Magic")]
    [InlineData("post_processor", """{"type":"BertProcessing","cls":["a"],"sep":["a",1]}""", "a token and its id")]
    [InlineData(
        "post_processor",
        """{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"x","type_id":0}}],"pair":[],"special_tokens":{}}""",
        "special token x is not among"
    )]
    [InlineData("decoder", """{"type":"CTC"}""", "decoder CTC")]
    [InlineData("added_tokens", """[{"id":7,"content":"a"}]""", "added token a has id 7")]
    public void Load_UnsupportedOrBroken_NamesIt(string section, string json, string expected)
    {
        Write("tokenizer.json", $$"""{"{{section}}":{{json}}{{(section == "model" ? "" : $",\"model\":{Model}")}}}""");
        var refusal = Assert.Throws<PJobException>(() => Tokenizer.Load(_folder));
        Assert.Equal(ExitCode.Model, refusal.ExitCode);
        Assert.Contains(expected, refusal.Message, StringComparison.Ordinal);
        Assert.Contains(section, refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tokenizer.json", "{\n oops", "tokenizer.json:2: is no JSON")]
    [InlineData("tokenizer.json", "[]", "tokenizer.json: expected the object of a tokenizer.json")]
    [InlineData("tokenizer.json", "{}", "expected the model")]
    [InlineData("vocab.txt", "a\nb\n", "cls_token [CLS] is not in the vocabulary")]
    [InlineData("spiece.model", "not a model", "is no SentencePiece model")]
    [InlineData("sentencepiece.bpe.model", "", "is no SentencePiece model: it has no pieces")]
    [InlineData("spm.model", "", "is no SentencePiece model: it has no pieces")]
    public void Load_BrokenFile_SaysWhere(string name, string content, string expected)
    {
        Write(name, content);
        var refusal = Assert.Throws<PJobException>(() => Tokenizer.Load(_folder));
        Assert.Equal(ExitCode.Model, refusal.ExitCode);
        Assert.Contains(expected, refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tokenizer.json")]
    [InlineData("tokenizer_config.json")]
    [InlineData("vocab.txt")]
    [InlineData("sentencepiece.bpe.model")]
    public void Load_LfsPointer_SaysHowToGetTheFile(string name)
    {
        Write(name, "version https://git-lfs.github.com/spec/v1\noid sha256:9eb652\nsize 17098107\n");
        var refusal = Assert.Throws<PJobException>(() => Tokenizer.Load(_folder));
        Assert.Equal(ExitCode.Model, refusal.ExitCode);
        Assert.Contains($"{name}: is a pointer of Git LFS", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("vocab.txt", "tokenizer_config.json", """{"tokenizer_class":"PhobertTokenizer"}""", "PhobertTokenizer without")]
    [InlineData("vocab.txt", "tokenizer_config.json", """{"tokenizer_class":"BertJapaneseTokenizer"}""", "BertJapaneseTokenizer without")]
    [InlineData(
        "vocab.txt",
        "tokenizer_config.json",
        """{"tokenizer_class":"PreTrainedTokenizerFast"}""",
        "PreTrainedTokenizerFast without"
    )]
    [InlineData("vocab.txt", "config.json", """{"model_type":"roformer"}""", "roformer without")]
    [InlineData("vocab.txt", "config.json", """{"model_type":"roberta"}""", "roberta without")]
    [InlineData("vocab.json", "tokenizer_config.json", """{"tokenizer_class":"CLIPTokenizerFast"}""", "CLIPTokenizerFast without")]
    [InlineData("vocab.json", "config.json", """{"model_type":"whisper"}""", "whisper without")]
    [InlineData(
        "vocab.json",
        "tokenizer_config.json",
        """{"tokenizer_class":"GPT2Tokenizer","add_bos_token":true}""",
        "add_bos_token without"
    )]
    public void Load_FamilyWithoutTokenizerJson_IsRefusedByName(string file, string config, string json, string expected)
    {
        Write(file, file == "vocab.txt" ? "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na" : """{"a":0}""");
        Write("merges.txt", "");
        Write(config, json);
        var refusal = Assert.Throws<PJobException>(() => Tokenizer.Load(_folder));
        Assert.Equal(ExitCode.Model, refusal.ExitCode);
        Assert.Contains($"{file}: {expected} tokenizer.json", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("spiece.model", null, "begins with <unk> <s> <cls>")]
    [InlineData("sentencepiece.bpe.model", null, "begins with <unk> <s> <cls>")]
    [InlineData("spiece.model", "xlnet", "xlnet without tokenizer.json")]
    [InlineData("sentencepiece.bpe.model", "mbart", "mbart without tokenizer.json")]
    [InlineData("sentencepiece.bpe.model", "camembert", "camembert without tokenizer.json")]
    public void Load_SentencePieceOfAnotherFamily_IsRefusedByName(string file, string? modelType, string expected)
    {
        byte[] model =
        [
            .. ((string[])["<unk>", "<s>", "<cls>"]).SelectMany(piece =>
                (byte[])[0x0A, (byte)(piece.Length + 2), 0x0A, (byte)piece.Length, .. Encoding.UTF8.GetBytes(piece)]
            ),
        ];
        File.WriteAllBytes(Path.Combine(_folder, file), model);
        if (modelType != null)
        {
            Write("config.json", $$"""{"model_type":"{{modelType}}"}""");
        }

        var refusal = Assert.Throws<PJobException>(() => Tokenizer.Load(_folder));
        Assert.Contains(expected, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_FileOrUri_SaysWhatIsExpected()
    {
        Write("tokenizer.json", "{}");
        Assert.Contains(
            "give the model folder",
            Assert.Throws<PJobException>(() => Tokenizer.Load(Path.Combine(_folder, "tokenizer.json"))).Message,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "fetch the model folder first",
            Assert.Throws<PJobException>(() => Tokenizer.Load("hf://a/b")).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Load_EmptyFolder_ListsWhatIsLookedFor()
    {
        var refusal = Assert.Throws<PJobException>(() => Tokenizer.Load(_folder));
        Assert.Contains("expected tokenizer.json, vocab.txt", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_SentencePieceBpe_IsRefused()
    {
        // trainer_spec { model_type: BPE } and one piece "a".
        File.WriteAllBytes(Path.Combine(_folder, "spiece.model"), [0x0A, 3, 0x0A, 1, 0x61, 0x12, 2, 0x18, 2]);
        var refusal = Assert.Throws<PJobException>(() => Tokenizer.Load(_folder));
        Assert.Contains("not Unigram (model_type 2)", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, 0, "needs 2 special tokens")]
    [InlineData(10, 8, "give a stride below 8")]
    [InlineData(10, -1, "give 0 or more")]
    [InlineData(null, 0, "windows need a max_length")]
    public void CreateEncoder_ImpossibleWindow_SaysWhatFits(int? maxLength, int stride, string expected)
    {
        Write("tokenizer.json", $$$"""{"model":{{{Model}}},"post_processor":{"type":"BertProcessing","cls":["a",1],"sep":["a",1]}}""");
        var options = new EncodeOptions
        {
            MaxLength = maxLength,
            Stride = stride,
            Window = true,
        };
        var refusal = Assert.Throws<PJobException>(() => Tokenizer.Load(_folder).CreateEncoder(options));
        Assert.Equal(ExitCode.BadSpec, refusal.ExitCode);
        Assert.Contains(expected, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Encode_NormalizerThatMultipliesTheText_IsRefusedAtOnce()
    {
        var content = new string('a', 1_000);
        Write(
            "tokenizer.json",
            $$$"""{"normalizer":{"type":"Replace","pattern":{"String":"a"},"content":"{{{content}}}"},"model":{{{Model}}}}"""
        );
        var encoder = Tokenizer.Load(_folder).CreateEncoder(new EncodeOptions());

        var refusal = Assert.Throws<PJobException>(() => encoder.Encode(new string('a', 100_000), new EncodingBuffer()));

        Assert.Equal(ExitCode.Model, refusal.ExitCode);
        Assert.Contains("makes more than 67,108,864 characters of a text of 100,000", refusal.Message, StringComparison.Ordinal);
    }

    void Write(string name, string content) => File.WriteAllText(Path.Combine(_folder, name), content);
}
