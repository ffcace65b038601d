using ProcessingJob.Contract.Spec;
using ProcessingJob.Inference.Engine;
using ProcessingJob.Models.Folders;
using ProcessingJob.Testing;

namespace ProcessingJob.Benchmarks;

/// <summary>The engine with each task's head against ONNX Runtime itself on the same graph, in turns.</summary>
static class TaskBenchmark
{
    const int Budget = 384;
    const int MaxLength = 128;

    public static async Task RunAsync(BenchmarkOptions options, Table table)
    {
        foreach (var task in (TaskKind[])[TaskKind.Tag, TaskKind.Rerank, TaskKind.Sparse, TaskKind.Multivector])
        {
            using var folder = new TempFolder();
            TaskCheckpoint.Write(folder["model"], task, Models.MiniLm);
            var texts = Corpus.Texts("short_reviews", options.Full ? 2000 : 300);
            table.Case($"{task} ({texts.Length} short reviews)");
            var blocks = Corpus.Tokenize(folder["model"], texts, MaxLength);
            using var graph = ModelFolder.Open(folder["model"], new() { Task = task }).SourceFor(DeviceKind.Cpu).Source.Open();
            using var ceiling = Ceiling.Ideal(graph, blocks, Budget);
            using var run = new EngineRun(
                folder["model"],
                new EngineOptions
                {
                    Task = task,
                    Deduplicate = false,
                    MaxLength = MaxLength,
                },
                new ModelOptions { Task = task }
            );
            Measured? ideal = null;
            Measured? engine = null;
            for (var round = 0; round < 3; round++)
            {
                var (a, b) = (await ceiling.MeasureAsync(), await run.MeasureAsync(blocks));
                // The first round warms up.
                (ideal, engine) = round == 0 ? (null, null) : (ideal is null ? a : ideal + a, engine is null ? b : engine + b);
            }

            table.Row("ideal: sessions on ready tensors", ideal!, ideal);
            table.Row("engine", engine!, ideal);
        }
    }
}
