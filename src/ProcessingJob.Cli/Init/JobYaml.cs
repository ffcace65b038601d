using System.Text;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Spec;

namespace ProcessingJob.Cli.Init;

/// <summary>Writes a commented job.yaml: what was seen is set, what one may want to change stands there as a comment.</summary>
static class JobYaml
{
    const double RejectsAllowed = 0.001;
    const int ShownColumns = 30;

    static readonly string[] FormatKeys = ["input.format", "input.delimiter", "input.quote", "input.escape", "input.encoding"];

    public static string Write(DataLook data, ModelLook? model)
    {
        var text = new StringBuilder("# A job for pjob. 'pjob schema' describes every key; 'pjob run job.yaml' runs it on this machine.\n");
        var name = new string([
            .. Path.GetFileNameWithoutExtension(data.Data.TrimEnd('/'))
                .ToLowerInvariant()
                .Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-'),
        ]).Trim('-');
        var task = model?.Task ?? TaskKind.Embed;
        void Line(string line) => text.Append(line).Append('\n');

        Line($"name: {(name.Length == 0 ? "processing-job" : name)}");
        Line($"task: {Names.Of(task)}                # {string.Join(" | ", Names.All<TaskKind>())}");
        Line(
            model is null
                ? "model: ./model             # folder with config.json, tokenizer.json and model.safetensors or an .onnx file"
                : $"model: {Quoted(model.Folder)}"
        );
        Line("input:");
        Line($"  data: {Quoted(data.Data)}   # {data.Files} {(data.Files == 1 ? "file" : "files")}, {Names.Of(data.Format)}");
        foreach (var key in FormatKeys)
        {
            var (value, usual) = (SpecKeys.Find(key)!.Write(new() { Input = data.Guess.Input }), SpecKeys.Find(key)!.Write(new()));
            if (value?.ToString() != usual?.ToString())
            {
                Line($"  {key["input.".Length..]}: {Quoted(value!.ToString())}");
            }
        }

        if (!data.HasColumns)
        {
            Line("  rows: line               # line | file: what is one text");
        }
        else
        {
            Line($"  # columns: {Columns(data)}");
        }

        foreach (var (key, column) in data.Texts)
        {
            Line($"  {key}: {Quoted(column.Name)}");
        }

        if (data.BlankShare > RejectsAllowed)
        {
            Line($"  blank: embed             # reject | embed: {data.BlankShare:P1} of the first rows have no text");
        }

        if (data.Warnings.Any(w => w.Code == "partition_folders"))
        {
            Line("  # partitions: true       # folders such as year=2024/ as columns, to keep");
        }

        Line(data.IdColumn is { } id ? $"  id: {Quoted(id)}" : "  # id: …                  # a column that names each row");
        var keep = string.Join(", ", data.OtherColumns.Take(8).Select(Quoted));
        Line(keep.Length > 0 ? $"  # keep: [{keep}]   # carried through to the output; \"*\" for all" : "  # keep: []");
        Line("tokens:");
        Line(
            $"  # max_length: {model?.MaxLength ?? 128}          # "
                + $"{(model is null ? "default: the model's limit" : "the model's limit; shorter is faster")}"
        );
        Line("  overflow: truncate       # truncate | window | reject");
        if (model?.Prompts.Count > 0)
        {
            Line($"  # prompt_name: {Quoted(model.Prompts[0])}   # the model has: {string.Join(", ", model.Prompts)}");
        }

        if (task == TaskKind.Multivector)
        {
            Line("embed:");
            Line("  role: document           # query | document: they have prompts and lengths of their own");
        }

        Line("output:");
        Line("  data: ./out");
        Line($"  format: parquet          # {string.Join(" | ", Names.All<OutputFormat>())}");
        Line($"rejects: {{ max_fraction: {RejectsAllowed} }}");
        Line("compute: { instance_count: 1 }");
        Line("# On SageMaker (data and output on S3):");
        Line("# compute: { instance_type: ml.g5.xlarge, instance_count: 4, volume_gb: 60, max_runtime: 4h }");
        Line("# aws: { region: us-east-1, role: …, image: … }   # what infra/template.yaml and scripts/publish-image.sh print");
        return text.ToString();
    }

    static string Columns(DataLook data) =>
        string.Join(", ", data.Columns.Take(ShownColumns).Select(c => Plain(c.Name)))
        + (data.Columns.Count > ShownColumns ? $" and {data.Columns.Count - ShownColumns} more" : "");

    // A line break would end the comment, and other control characters are no YAML.
    static string Plain(string name) => new([.. name.ReplaceLineEndings(" ").Take(100).Select(c => char.IsControl(c) ? ' ' : c)]);

    // A JSON text is a YAML text; plain words need no quotes.
    static string Quoted(string value) =>
        value.Length > 0
        && value.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or '/' or '-')
        && !char.IsAsciiDigit(value[0])
        && value is not ("true" or "false" or "null" or "yes" or "no" or "on" or "off")
        && value[0] != '-'
            ? value
            : System.Text.Json.JsonSerializer.Serialize(value, ContractJson.Options);
}
