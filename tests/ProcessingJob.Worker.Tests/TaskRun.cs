using ProcessingJob.Contract.Output;
using ProcessingJob.Contract.Plan;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Data.Columns;
using ProcessingJob.Data.Reading;
using ProcessingJob.Inference.Engine;
using ProcessingJob.Inference.Heads;
using ProcessingJob.Models.Folders;
using ProcessingJob.Storage;
using ProcessingJob.Testing;
using ProcessingJob.Tokenization;
using ProcessingJob.Worker.Stages;
using ProcessingJob.Worker.Tasks;

namespace ProcessingJob.Worker.Tests;

/// <summary>A task's way over one file: read, encode, run, output rows.</summary>
sealed class TaskRun : IDisposable
{
    readonly TempFolder _folder = new();

    TaskRun(ColumnBlock rows, List<Reject> rejects, FeatureTask task, TempFolder folder) =>
        (Rows, Rejects, Task, _folder) = (rows, rejects, task, folder);

    public ColumnBlock Rows { get; }
    public List<Reject> Rejects { get; }
    public FeatureTask Task { get; }

    public static Task<TaskRun> Of(JobSpec spec, string modelFolder, int maxLength, params string[] lines) =>
        Of(spec with { Tokens = spec.Tokens with { MaxLength = maxLength } }, modelFolder, lines);

    /// <summary>As long as the folder says, with its prompt.</summary>
    public static async Task<TaskRun> Of(JobSpec spec, string modelFolder, params string[] lines)
    {
        var folder = new TempFolder();
        folder.Write("in/a.jsonl", string.Join('\n', lines));
        var size = new FileInfo(folder["in", "a.jsonl"]).Length;
        var unit = WorkUnit.Create("a.jsonl", InputFormat.Jsonl, 0, size, size, "", "", "");
        var model = ModelFolder.Open(modelFolder, new() { Task = spec.Task, Role = spec.Embed.Role });
        var tokenizer = Tokenizer.Load(model.EncoderFolder, model.TokenizerRole);
        var texts = TextPreparation.Of(spec, model, tokenizer);
        var task = FeatureTasks.Create(new(spec, model, tokenizer, texts.MaxLength, texts.Prompt, new(folder.Path)));
        using var engine = InferenceEngine.Create(
            model,
            new()
            {
                Task = spec.Task,
                Device = DeviceKind.Cpu,
                MaxLength = Math.Min(texts.MaxLength, model.Config.Positions ?? int.MaxValue),
                Embed = EmbedOptions.From(spec.Embed, model.PromptTokens(tokenizer, texts.Prompt)),
            }
        );
        var reader = new RowReader(ReadOptions.From(spec, []));
        var output = new OutputRows(task, reader, spec, texts.MaxLength, null);
        var (rows, rejects) = (new ColumnBlock(output.Columns), new List<Reject>());
        var encoder = texts.CreateEncoder(tokenizer, task.Encoding);
        await using var source = await new LocalData(folder["in"]).OpenAsync(unit, default);
        await foreach (var block in reader.ReadAsync(unit, source))
        {
            var encodings = new EncodingBuffer();
            for (var row = 0; row < block.Count; row++)
            {
                task.Encode(block, row, encoder, encodings);
            }

            using var item = new BlockItem(block, encodings, engine.RunAsync(encodings, default));
            await item.WaitAsync(default);
            rejects.AddRange(block.Rejects);
            var at = new RowCursor();
            output.Append(item, ref at, int.MaxValue, rows, rejects, new RunTotals(texts.MaxLength).CreateCounts());
        }
        return new(rows, rejects, task, folder);
    }

    public void Dispose()
    {
        Rows.Dispose();
        _folder.Dispose();
    }
}
