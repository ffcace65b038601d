using ProcessingJob.Contract;
using ProcessingJob.Contract.Spec;

namespace ProcessingJob.Tokenization.Tests;

/// <summary>What a model folder's other files say of its texts: limits, sides, places, and what is refused.</summary>
public sealed class FolderTests : IDisposable
{
    const string Model =
        """{"model":{"type":"WordPiece","unk_token":"?","vocab":{"?":0,"a":1,"b":2,"c":3,"d":4,"A":5}},"pre_tokenizer":{"type":"WhitespaceSplit"}""";

    readonly string _folder = Directory.CreateTempSubdirectory("folder-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("{}", "{}", null, null)]
    [InlineData("{}", """{"model_max_length":1000000000000000019884624838656}""", 512, 512)]
    [InlineData("{}", """{"model_max_length":64}""", null, 64)]
    [InlineData("{}", """{"model_max_length":64}""", 20, 20)]
    [InlineData("""{"max_seq_length":40}""", """{"model_max_length":64}""", 512, 40)]
    [InlineData("""{"max_seq_length":40}""", """{"model_max_length":24}""", 512, 40)]
    [InlineData("""{"max_seq_length":600}""", "{}", 512, 512)]
    [InlineData("""{"max_seq_length":40,"tokenizer_args":{"model_max_length":30}}""", "{}", 512, 30)]
    [InlineData("""{"max_seq_length":40,"processing_kwargs":{"text":{"max_length":10}}}""", "{}", 512, 10)]
    public void DefaultMaxLength_OfEachSource_IsTheStrongest(string sentence, string config, int? positions, int? expected)
    {
        Write("tokenizer.json", Model + "}");
        WriteModule(sentence);
        Write("tokenizer_config.json", config);
        Assert.Equal(expected, Tokenizer.Load(_folder).DefaultMaxLength(positions));
    }

    [Fact]
    public void Load_ForARole_TakesItsLength()
    {
        Write("tokenizer.json", Model + "}");
        WriteModule("""{"query_length":6,"document_length":16}""");
        Write("tokenizer_config.json", """{"model_max_length":48}""");
        Assert.Equal(
            [48, 6, 16],
            new[] { TextRole.None, TextRole.Query, TextRole.Document }.Select(role => Tokenizer.Load(_folder, role).MaxLength!.Value)
        );
    }

    /// <summary>sentence-transformers makes modules up for a folder without modules.json and reads none of their files.</summary>
    [Fact]
    public void Load_WithoutModules_LeavesTheirFilesAlone()
    {
        Write("tokenizer.json", Model + "}");
        Write("tokenizer_config.json", """{"model_max_length":48}""");
        Write("sentence_bert_config.json", """{"max_seq_length":4,"do_lower_case":true,"moon":1}""");
        Assert.Equal(48, Tokenizer.Load(_folder).MaxLength);
        Assert.Equal([5], Ids("A"));
    }

    [Fact]
    public void Load_FolderOfAModule_ReadsItsFiles()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "0_Transformer"));
        Write("modules.json", """[{"path":"0_Transformer","type":"sentence_transformers.models.Transformer"}]""");
        Write("0_Transformer/tokenizer.json", Model + "}");
        Write("0_Transformer/sentence_bert_config.json", """{"max_seq_length":4}""");
        Assert.Equal(4, Tokenizer.Load(_folder).MaxLength);
        Assert.Equal(4, Tokenizer.Load(Path.Combine(_folder, "0_Transformer")).MaxLength);
    }

    [Theory]
    [InlineData("""{"tokenizer_args":{"padding_token":"x"}}""", "padding_token")]
    [InlineData("""{"processing_kwargs":{"text":{"add_special_tokens":false}}}""", "add_special_tokens")]
    [InlineData("""{"query_expansion":{"strategy":"most","length":4}}""", "strategy most")]
    public void Load_ArgumentsThatChangeTokens_AreRefusedByName(string sentence, string expected)
    {
        Write("tokenizer.json", Model + "}");
        WriteModule(sentence);
        var refusal = Assert.Throws<PJobException>(() => Tokenizer.Load(_folder, TextRole.Query));
        Assert.Equal(ExitCode.Model, refusal.ExitCode);
        Assert.Contains(expected, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Encode_TruncationSideLeft_KeepsTheEnd()
    {
        Write("tokenizer.json", Model + ""","post_processor":{"type":"BertProcessing","cls":["a",1],"sep":["b",2]}}""");
        Write("tokenizer_config.json", """{"truncation_side":"left"}""");
        var tokenizer = Tokenizer.Load(_folder);
        var buffer = new EncodingBuffer();
        var encoder = tokenizer.CreateEncoder(new EncodeOptions { MaxLength = 4, WithOffsets = true });
        encoder.Encode("a b c d", buffer);
        encoder.Encode("a b c", "d", buffer);
        Assert.Equal([1, 3, 4, 2], buffer.Ids(0).ToArray());
        Assert.Equal(new TokenOffset(4, 5, 0), buffer.Offsets(0)[1]);
        Assert.True(buffer.Truncated(0));
        Assert.Equal([1, 3, 2, 2], buffer.Ids(1).ToArray());
    }

    [Fact]
    public void Encode_QueryExpansion_FillsUpWithoutAttention()
    {
        Write("tokenizer.json", Model + "}");
        Write("tokenizer_config.json", """{"mask_token":"d"}""");
        WriteModule("""{"query_expansion":{"strategy":"fixed","length":3}}""");
        var tokenizer = Tokenizer.Load(_folder, TextRole.Query);
        var buffer = new EncodingBuffer();
        var encoder = tokenizer.CreateEncoder(new EncodeOptions { MaxLength = tokenizer.MaxLength });
        encoder.Encode("a", buffer);
        encoder.Encode("a b c a", buffer);
        Assert.Equal([1, 4, 4], buffer.Ids(0).ToArray());
        Assert.Equal((3, 1), (buffer.Length(0), buffer.Attended(0)));
        Assert.Equal([1, 2, 3], buffer.Ids(1).ToArray());
        Assert.Equal(3, buffer.Attended(1));
    }

    [Fact]
    public void Load_DoLowerCase_LowersBeforeTheNormalizer()
    {
        Write("tokenizer.json", Model + ""","normalizer":{"type":"Replace","pattern":{"String":"A"},"content":"d"}}""");
        Assert.Equal([4], Ids("A"));
        WriteModule("""{"do_lower_case":true}""");
        Assert.Equal([1], Ids("A"));
    }

    /// <summary>
    /// A class that makes its normalizer itself goes by tokenizer_config.json (BertTokenizer: lower-case unless it says otherwise); any
    /// other class runs tokenizer.json as it is.
    /// </summary>
    [Theory]
    [InlineData("bert", """{"do_lower_case":false}""", true, 5)]
    [InlineData("bert", """{"do_lower_case":true}""", false, 1)]
    [InlineData("bert", "{}", false, 1)]
    [InlineData("bert", """{"tokenizer_class":"BertTokenizerFast","do_lower_case":false}""", true, 5)]
    [InlineData("electra", """{"tokenizer_class":"BertTokenizer","do_lower_case":false}""", true, 5)]
    [InlineData("electra", """{"tokenizer_class":"ElectraTokenizer","do_lower_case":false}""", true, 1)]
    [InlineData("bert", """{"tokenizer_class":"PreTrainedTokenizerFast","do_lower_case":false}""", true, 1)]
    [InlineData("xlm-roberta", """{"do_lower_case":false}""", true, 1)]
    public void Encode_NormalizerOfBert_IsThatOfTheClass(string type, string config, bool fileLowers, int expected)
    {
        Write("config.json", $$"""{"model_type":"{{type}}"}""");
        Write(
            "tokenizer.json",
            Model + $$$""","normalizer":{"type":"BertNormalizer","lowercase":{{{(fileLowers ? "true" : "false")}}}}}"""
        );
        Write("tokenizer_config.json", config);
        Assert.Equal([expected], Ids("A"));
    }

    [Theory]
    [InlineData("""{"add_prefix_space":true}""", false, 1)]
    [InlineData("{}", true, 0)]
    public void Encode_PrefixSpaceOfRoberta_IsThatOfTheClass(string config, bool fileAdds, int expected)
    {
        Write("config.json", """{"model_type":"roberta"}""");
        Write(
            "tokenizer.json",
            """{"model":{"type":"BPE","vocab":{"a":0,"Ġa":1,"Ġ":2},"merges":[["Ġ","a"]]},"pre_tokenizer":{"type":"ByteLevel","""
                + """ "add_prefix_space":?}}""".Replace("?", fileAdds ? "true" : "false", StringComparison.Ordinal)
        );
        Write("tokenizer_config.json", config);
        Assert.Equal([expected], Ids("a"));
    }

    [Fact]
    public void Load_RouteOfTheModality_ComesBeforeTheDefaultRoute()
    {
        Write("modules.json", """[{"path":"","type":"sentence_transformers.models.Router"}]""");
        Write(
            "router_config.json",
            """{"types":{"0_T":"x.Transformer"},"structure":{"other":["none"],"text":["0_T"]},"parameters":{"default_route":"other"}}"""
        );
        Directory.CreateDirectory(Path.Combine(_folder, "0_T"));
        Write("0_T/tokenizer.json", Model + "}");
        Assert.Equal([1], Ids("a"));
    }

    [Fact]
    public void Load_SideOfPaddingAmongTheArguments_ChangesNothing()
    {
        Write("tokenizer.json", Model + "}");
        WriteModule("""{"tokenizer_args":{"padding_side":"left"}}""");
        Assert.Equal([1], Ids("a"));
    }

    [Theory]
    [InlineData("../elsewhere", "a folder inside of the model")]
    [InlineData("/etc", "a folder inside of the model")]
    public void Load_ModuleOutsideOfTheFolder_IsRefused(string path, string expected)
    {
        Write("modules.json", $$"""[{"path":"{{path}}","type":"sentence_transformers.models.Transformer"}]""");
        Assert.Contains(expected, Assert.Throws<PJobException>(() => Tokenizer.Load(_folder)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_RoleWithoutARoute_ListsTheRoutes()
    {
        Write("modules.json", """[{"path":"","type":"sentence_transformers.models.Router"}]""");
        Write("router_config.json", """{"types":{},"structure":{"left":["x"],"right":["y"]},"parameters":{}}""");
        var refusal = Assert.Throws<PJobException>(() => Tokenizer.Load(_folder, TextRole.Query));
        Assert.Contains("has no route query, only left, right", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Encode_NormalizerThatGrowsTheText_IsStopped()
    {
        var content = new string('x', 1000);
        Write(
            "tokenizer.json",
            Model
                + ""","normalizer":{"type":"Replace","pattern":{"String":" "},"content":"$"}}""".Replace(
                    "$",
                    content,
                    StringComparison.Ordinal
                )
        );
        var encoder = Tokenizer.Load(_folder).CreateEncoder(new EncodeOptions());
        var refusal = Assert.Throws<PJobException>(() => encoder.Encode(new string(' ', 5000), new EncodingBuffer()));
        Assert.Equal(ExitCode.Model, refusal.ExitCode);
        Assert.Contains("makes more than 320,000 code points of a text of 5,000", refusal.Message, StringComparison.Ordinal);
    }

    void WriteModule(string config)
    {
        Write("modules.json", """[{"path":"","type":"sentence_transformers.models.Transformer"}]""");
        Write("sentence_bert_config.json", config);
    }

    int[] Ids(string text)
    {
        var buffer = new EncodingBuffer();
        Tokenizer.Load(_folder).CreateEncoder(new EncodeOptions()).Encode(text, buffer);
        return buffer.Ids(0).ToArray();
    }

    void Write(string name, string content) => File.WriteAllText(Path.Combine(_folder, name), content);
}
