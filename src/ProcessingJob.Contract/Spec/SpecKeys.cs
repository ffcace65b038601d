namespace ProcessingJob.Contract.Spec;

/// <summary>
/// The table of all keys of <c>job.yaml</c>. Reading, writing, options of the command line, the JSON Schema and the fingerprint
/// of a spec all come from it: a new key is one record member and one line here, or in the file
/// of the task that it belongs to.
/// </summary>
public static class SpecKeys
{
    public static IReadOnlyList<SpecKey> All { get; } =
    [
        SpecKey.Text("name", "Base of the job's name.", s => s.Name, (s, v) => s with { Name = v! }),
        SpecKey.Choice("task", "What to compute.", s => s.Task, (s, v) => s with { Task = v }, output: true),
        SpecKey.Text(
            "model",
            "Model folder: a local path, s3://… or hf://owner/name@revision.",
            s => s.Model,
            (s, v) => s with { Model = v! }
        ),
        SpecKey.Text(
            "input.data",
            "File, folder, glob or s3 prefix.",
            s => s.Input.Data,
            (s, v) => s with { Input = s.Input with { Data = v! } }
        ),
        SpecKey.Choice(
            "input.format",
            "Format of the files; auto goes by the names.",
            s => s.Input.Format,
            (s, v) => s with { Input = s.Input with { Format = v } },
            output: true
        ),
        SpecKey.List(
            "input.text",
            "Column with the text, or several, joined by a line break.",
            s => s.Input.Text,
            (s, v) => s with { Input = s.Input with { Text = v } },
            output: true
        ),
        SpecKey.Text(
            "input.text_pair",
            "Column with the second text of a pair (classify, rerank, tokenize).",
            s => s.Input.TextPair,
            (s, v) => s with { Input = s.Input with { TextPair = v } },
            output: true
        ),
        SpecKey.Text(
            "input.question",
            "Column with the question (answer).",
            s => s.Input.Question,
            (s, v) => s with { Input = s.Input with { Question = v } },
            output: true
        ),
        SpecKey.Text(
            "input.context",
            "Column with the text to answer from (answer).",
            s => s.Input.Context,
            (s, v) => s with { Input = s.Input with { Context = v } },
            output: true
        ),
        SpecKey.Text(
            "input.id",
            "Column that names a row; checked for duplicates within a file.",
            s => s.Input.Id,
            (s, v) => s with { Input = s.Input with { Id = v } },
            output: true
        ),
        SpecKey.List(
            "input.keep",
            "Columns carried through to the output with their types; \"*\" for all of the first file.",
            s => s.Input.Keep,
            (s, v) => s with { Input = s.Input with { Keep = v } },
            output: true
        ),
        SpecKey.Text(
            "input.delimiter",
            "Field separator of csv files; auto: , ; | or a tab, whichever divides the first records alike; default: a comma (a "
                + "tab for tsv).",
            s => s.Input.Delimiter,
            (s, v) => s with { Input = s.Input with { Delimiter = v } },
            output: true
        ),
        SpecKey.Text(
            "input.quote",
            "Character around csv fields; none: quotes are characters like any other.",
            s => s.Input.Quote,
            (s, v) => s with { Input = s.Input with { Quote = v! } },
            output: true
        ),
        SpecKey.Text(
            "input.escape",
            "Character before quotes, delimiters, line breaks and itself inside csv fields (Spark and MySQL: a backslash; then a "
                + "field \\N is null); default: none, quotes are doubled.",
            s => s.Input.Escape,
            (s, v) => s with { Input = s.Input with { Escape = v } },
            output: true
        ),
        SpecKey.Text(
            "input.encoding",
            "Encoding of text files: utf-8, utf-16, latin-1 or windows-1252.",
            s => s.Input.Encoding,
            (s, v) => s with { Input = s.Input with { Encoding = v! } },
            output: true
        ),
        SpecKey.Texts(
            "input.types",
            "Types of csv columns and of folders (partitions): int8 … uint64, float, double, bool, date32, timestamp[us], "
                + "timestamp[us, tz=UTC], decimal128(p, s), uuid; columns not named are strings, or with \"*\": infer what the first "
                + "records of every file hold; infer alone is that for all.",
            s => s.Input.Types,
            (s, v) => s with { Input = s.Input with { Types = v } },
            output: true,
            forAll: InputSpec.Infer
        ),
        SpecKey.Boolean(
            "input.partitions",
            "Whether folders such as year=2024/ are columns: texts, unless input.types says otherwise.",
            s => s.Input.Partitions,
            (s, v) => s with { Input = s.Input with { Partitions = v } },
            output: true
        ),
        SpecKey.Choice(
            "input.blank",
            "Empty and blank texts: reject or embed them.",
            s => s.Input.Blank,
            (s, v) => s with { Input = s.Input with { Blank = v } },
            output: true
        ),
        SpecKey.Boolean(
            "input.allow_empty",
            "Accept files without a record: of no bytes, or with a header alone.",
            s => s.Input.AllowEmpty,
            (s, v) => s with { Input = s.Input with { AllowEmpty = v } }
        ),
        SpecKey.Boolean(
            "input.header",
            "Whether the first record of a csv file names the columns; without it they are called 0, 1, 2…",
            s => s.Input.Header,
            (s, v) => s with { Input = s.Input with { Header = v } },
            output: true
        ),
        SpecKey.Choice(
            "input.rows",
            "Text files: a row per line or per file.",
            s => s.Input.Rows,
            (s, v) => s with { Input = s.Input with { Rows = v } },
            output: true
        ),
        SpecKey.Choice(
            "input.sharding",
            "balanced: planned by bytes; by_key: SageMaker's ShardedByS3Key.",
            s => s.Input.Sharding,
            (s, v) => s with { Input = s.Input with { Sharding = v } }
        ),
        SpecKey.Choice(
            "input.transfer",
            "service: SageMaker copies the data before the start; stream: the worker reads S3 itself.",
            s => s.Input.Transfer,
            (s, v) => s with { Input = s.Input with { Transfer = v } }
        ),
        SpecKey.Integer(
            "tokens.max_length",
            "Tokens of one encoding, special tokens included; default: the model's limit.",
            2,
            1_048_576,
            s => s.Tokens.MaxLength,
            (s, v) => s with { Tokens = s.Tokens with { MaxLength = v } },
            output: true
        ),
        SpecKey.Choice(
            "tokens.overflow",
            "Longer texts are truncated, cut into windows, or rejected. Tasks answer and tag always use windows unless it is reject.",
            s => s.Tokens.Overflow,
            (s, v) => s with { Tokens = s.Tokens with { Overflow = v } },
            output: true
        ),
        SpecKey.Integer(
            "tokens.stride",
            "Overlap of windows, in tokens.",
            0,
            1_048_576,
            s => s.Tokens.Stride,
            (s, v) => s with { Tokens = s.Tokens with { Stride = v } },
            output: true
        ),
        SpecKey.Text(
            "tokens.prompt",
            "Text put before every text as it is; \"\" for none, even if the model has a default prompt.",
            s => s.Tokens.Prompt,
            (s, v) => s with { Tokens = s.Tokens with { Prompt = v } },
            output: true
        ),
        SpecKey.Text(
            "tokens.prompt_name",
            "Name of one of the model's prompts, put before every text.",
            s => s.Tokens.PromptName,
            (s, v) => s with { Tokens = s.Tokens with { PromptName = v } },
            output: true
        ),
        SpecKey.Choice(
            "tokens.truncation",
            "Which text of a pair is cut.",
            s => s.Tokens.Truncation,
            (s, v) => s with { Tokens = s.Tokens with { Truncation = v } },
            output: true
        ),
        .. TaskTable.All.SelectMany(t => t.Keys),
        SpecKey.Text(
            "output.data",
            "Folder or s3 prefix of the output.",
            s => s.Output.Data,
            (s, v) => s with { Output = s.Output with { Data = v! } }
        ),
        SpecKey.Choice(
            "output.format",
            "Format of the part files; arrow: Arrow's IPC files.",
            s => s.Output.Format,
            (s, v) => s with { Output = s.Output with { Format = v } },
            output: true
        ),
        SpecKey.Choice(
            "output.vector",
            "What embeddings are in parquet and arrow parts: lists, or Arrow's lists of one fixed size.",
            s => s.Output.Vector,
            (s, v) => s with { Output = s.Output with { Vector = v } },
            output: true
        ),
        SpecKey.Texts(
            "output.names",
            "Other names for the task's columns: { embedding: vector }.",
            s => s.Output.Names,
            (s, v) => s with { Output = s.Output with { Names = v } },
            output: true
        ),
        SpecKey.Choice(
            "output.compression",
            "Compression inside parquet parts, or zstd of jsonl parts; auto: zstd for parquet, none for the others.",
            s => s.Output.Compression,
            (s, v) => s with { Output = s.Output with { Compression = v } },
            output: true
        ),
        SpecKey.Numbers(
            "output.split",
            "Split names and their shares, by a hash of the id (or of the text).",
            0,
            1,
            s => s.Output.Split,
            (s, v) => s with { Output = s.Output with { Split = v } },
            output: true
        ),
        SpecKey.Integer(
            "output.rows_per_part",
            "Rows of one part file at most.",
            1,
            100_000_000,
            s => s.Output.RowsPerPart,
            (s, v) => s with { Output = s.Output with { RowsPerPart = v } },
            output: true
        ),
        SpecKey.Choice(
            "output.transfer",
            "service: SageMaker uploads; stream: the worker uploads each part when it is committed.",
            s => s.Output.Transfer,
            (s, v) => s with { Output = s.Output with { Transfer = v } }
        ),
        SpecKey.Number(
            "rejects.max_fraction",
            "Share of rejected rows above which the job fails.",
            0,
            1,
            s => s.Rejects.MaxFraction,
            (s, v) => s with { Rejects = s.Rejects with { MaxFraction = v } }
        ),
        SpecKey.List(
            "compute.instance_type",
            "Instance type, or several in the order they are tried.",
            s => s.Compute.InstanceType,
            (s, v) => s with { Compute = s.Compute with { InstanceType = v } }
        ),
        SpecKey.Integer(
            "compute.instance_count",
            "Hosts.",
            1,
            100,
            s => s.Compute.InstanceCount,
            (s, v) => s with { Compute = s.Compute with { InstanceCount = v } }
        ),
        SpecKey.Integer(
            "compute.volume_gb",
            "Volume of each host, in GB.",
            1,
            16_384,
            s => s.Compute.VolumeGb,
            (s, v) => s with { Compute = s.Compute with { VolumeGb = v } }
        ),
        SpecKey.Duration(
            "compute.max_runtime",
            "The job is stopped after it.",
            TimeSpan.FromSeconds(1),
            TimeSpan.FromSeconds(777_600),
            s => s.Compute.MaxRuntime,
            (s, v) => s with { Compute = s.Compute with { MaxRuntime = v } }
        ),
        SpecKey.Duration(
            "compute.silence_limit",
            "On this machine: a host that prints nothing for so long is ended.",
            TimeSpan.FromSeconds(1),
            TimeSpan.FromSeconds(777_600),
            s => s.Compute.SilenceLimit,
            (s, v) => s with { Compute = s.Compute with { SilenceLimit = v } }
        ),
        SpecKey.Choice(
            "compute.device",
            "auto: every GPU, or the CPU when there is none.",
            s => s.Compute.Device,
            (s, v) => s with { Compute = s.Compute with { Device = v } }
        ),
        SpecKey.Text(
            "compute.model_file",
            "What of the model folder is run: an .onnx file in it, or safetensors. auto: on CUDA safetensors, on the CPU a "
                + "float32 .onnx file, else what there is.",
            s => s.Compute.ModelFile,
            (s, v) => s with { Compute = s.Compute with { ModelFile = v! } },
            output: true
        ),
        SpecKey.List(
            "compute.outputs",
            "The graph's output that is read, where its name is unusual; for answer two: start and end logits.",
            s => s.Compute.Outputs,
            (s, v) => s with { Compute = s.Compute with { Outputs = v } },
            output: true
        ),
        SpecKey.Numbers(
            "compute.inputs",
            "Values of further inputs of the graph, the same for every text: { task_id: 1 }.",
            -1e9,
            1e9,
            s => s.Compute.Inputs,
            (s, v) => s with { Compute = s.Compute with { Inputs = v } },
            output: true
        ),
        SpecKey.Boolean(
            "compute.allow_batch_dependent",
            "Run a graph whose results depend on the other texts of a batch (dynamic quantization), one text per call.",
            s => s.Compute.AllowBatchDependent,
            (s, v) => s with { Compute = s.Compute with { AllowBatchDependent = v } }
        ),
        SpecKey.Memory(
            "compute.memory",
            "Memory that each host's worker keeps to, such as 2GB; auto: what its container or the machine has.",
            256_000_000,
            s => s.Compute.Memory,
            (s, v) => s with { Compute = s.Compute with { Memory = v } }
        ),
        SpecKey.Boolean(
            "compute.tune",
            "Measure token budgets on the first texts and keep the best.",
            s => s.Compute.Tune,
            (s, v) => s with { Compute = s.Compute with { Tune = v } }
        ),
        SpecKey.Integer(
            "compute.token_budget",
            "Padded tokens of one batch.",
            16,
            1_048_576,
            s => s.Compute.TokenBudget,
            (s, v) => s with { Compute = s.Compute with { TokenBudget = v } }
        ),
        SpecKey.Boolean(
            "compute.allow_mixed_devices",
            "Go on with an output although this run computes on another provider or in another precision than its committed units.",
            s => s.Compute.AllowMixedDevices,
            (s, v) => s with { Compute = s.Compute with { AllowMixedDevices = v } }
        ),
        SpecKey.Boolean(
            "compute.dedup",
            "Encode equal texts of a block of rows once.",
            s => s.Compute.Dedup,
            (s, v) => s with { Compute = s.Compute with { Dedup = v } }
        ),
        SpecKey.Text("aws.region", "AWS region.", s => s.Aws.Region, (s, v) => s with { Aws = s.Aws with { Region = v } }),
        SpecKey.Text("aws.role", "Execution role: ARN or name.", s => s.Aws.Role, (s, v) => s with { Aws = s.Aws with { Role = v } }),
        SpecKey.Text("aws.image", "Worker image in ECR.", s => s.Aws.Image, (s, v) => s with { Aws = s.Aws with { Image = v } }),
        SpecKey.Text("aws.kms_key", "Key for volume and output.", s => s.Aws.KmsKey, (s, v) => s with { Aws = s.Aws with { KmsKey = v } }),
        SpecKey.List("aws.subnets", "Subnets of the hosts.", s => s.Aws.Subnets, (s, v) => s with { Aws = s.Aws with { Subnets = v } }),
        SpecKey.List(
            "aws.security_groups",
            "Security groups of the hosts.",
            s => s.Aws.SecurityGroups,
            (s, v) => s with { Aws = s.Aws with { SecurityGroups = v } }
        ),
        SpecKey.Boolean(
            "aws.network_isolation",
            "No network in the containers; default: on unless a transfer streams.",
            s => s.Aws.NetworkIsolation,
            (s, v) => s with { Aws = s.Aws with { NetworkIsolation = v } }
        ),
        SpecKey.Boolean(
            "aws.inter_container_encryption",
            "Encrypt traffic between hosts.",
            s => s.Aws.InterContainerEncryption,
            (s, v) => s with { Aws = s.Aws with { InterContainerEncryption = v } }
        ),
        SpecKey.Texts("aws.tags", "Tags of the job.", s => s.Aws.Tags, (s, v) => s with { Aws = s.Aws with { Tags = v } }),
        SpecKey.Texts(
            "aws.environment",
            "Environment variables of the containers.",
            s => s.Aws.Environment,
            (s, v) => s with { Aws = s.Aws with { Environment = v } }
        ),
    ];

    static readonly Dictionary<string, SpecKey> ByPath = All.ToDictionary(k => k.Path);

    public static SpecKey? Find(string path) => ByPath.GetValueOrDefault(path);

    /// <summary>Names of sections: <c>input</c>, <c>tokens</c>…</summary>
    public static IReadOnlySet<string> Sections { get; } =
        All.Select(k => k.Path.IndexOf('.') is var dot && dot > 0 ? k.Path[..dot] : "").Where(s => s.Length > 0).ToHashSet();
}
