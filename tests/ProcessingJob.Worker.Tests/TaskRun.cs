using ProcessingJob.Contract.Output;
using ProcessingJob.Contract.Plan;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Data.Columns;
using ProcessingJob.Data.Reading;
using ProcessingJob.Inference.Engine;
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

    public static async Task<TaskRun> Of(JobSpec spec, string modelFolder, int maxLength, params string[] lines)
    {
        var folder = new TempFolder();
        folder.Write("in/a.jsonl", string.Join('\n', lines));
        var size = new FileInfo(folder["in", "a.jsonl"]).Length;
        var unit = WorkUnit.Create("a.jsonl", InputFormat.Jsonl, 0, size, size, "", "", "");
        var tokenizer = Tokenizer.Load(modelFolder);
        var model = ModelFolder.Open(modelFolder, new() { Task = spec.Task });
        var task = FeatureTasks.Create(new(spec, model, tokenizer, maxLength, "", new(folder.Path)));
        using var engine = InferenceEngine.Create(model, new() { Task = spec.Task, Device = DeviceKind.Cpu });
        var reader = new RowReader(ReadOptions.From(spec, []));
        var output = new OutputRows(task, reader, spec, maxLength);
        var (rows, rejects) = (new ColumnBlock(output.Columns), new List<Reject>());
        var encoder = new TextEncoder(tokenizer.CreateEncoder(task.Encoding), "");
        await using var source = await new LocalData(folder["in"]).OpenAsync(unit, default);
        await foreach (var block in reader.ReadAsync(unit, source))
        {
            var encodings = new EncodingBuffer();
            for (var row = 0; row < block.Count; row++)
            {
                task.Encode(block, row, encoder, encodings);
            }

            using var item = new BlockItem(unit, block, encodings, engine.RunAsync(encodings, default));
            await item.WaitAsync(default);
            rejects.AddRange(block.Rejects);
            var at = new RowCursor();
            output.Append(item, ref at, int.MaxValue, rows, rejects, new RunTotals(maxLength).CreateCounts());
        }
        return new(rows, rejects, task, folder);
    }

    public void Dispose()
    {
        Rows.Dispose();
        _folder.Dispose();
    }
}
