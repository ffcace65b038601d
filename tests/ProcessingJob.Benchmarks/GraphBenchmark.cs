using ProcessingJob.Contract.Spec;
using ProcessingJob.Inference.Engine;
using ProcessingJob.Inference.Tests;
using ProcessingJob.Models.Folders;
using ProcessingJob.Testing;

namespace ProcessingJob.Benchmarks;

/// <summary>all-MiniLM-L6-v2 from its .onnx file and from safetensors, by CPU time: the start, and texts of two lengths.</summary>
static class GraphBenchmark
{
    const int Rounds = 3;

    public static async Task RunAsync(BenchmarkOptions options, Table table)
    {
        var onnx = Repo.File("out", "minilm", "onnx", "model.onnx");
        if (!File.Exists(onnx))
        {
            table.Case("out/minilm is not there: scripts/minilm.sh out/minilm downloads it");
            return;
        }

        using var folder = new TempFolder();
        folder.Copy(Repo.File("out", "minilm"));
        MiniLmCheckpoint.Write(onnx, folder["model.safetensors"]);
        string[] files = ["onnx/model.onnx", "safetensors"];
        var runs = new List<EngineRun>();
        foreach (var file in files)
        {
            var load = await Machine.MeasureAsync(
                0,
                () =>
                {
                    runs.Add(new EngineRun(folder.Path, new EngineOptions(), new ModelOptions { ModelFile = file, Task = TaskKind.Embed }));
                    return Task.CompletedTask;
                }
            );
            table.Row($"{file}: start", load);
        }

        foreach (var (corpus, count, length) in new[] { ("short_reviews", 1000, 128), ("long_reviews", 100, 256) })
        {
            var texts = Corpus.Texts(corpus, options.Full ? 3 * count : count);
            var blocks = Corpus.Tokenize(folder.Path, texts, length);
            var best = new Measured?[files.Length];
            for (var round = 0; round < Rounds; round++)
            {
                for (var i = 0; i < files.Length; i++)
                {
                    var measured = await runs[i].MeasureAsync(blocks);
                    best[i] = best[i] is { } before && before.Cpu < measured.Cpu ? before : measured;
                }
            }

            table.Case($"{texts.Length} texts of {corpus}, best of {Rounds}");
            for (var i = 0; i < files.Length; i++)
            {
                table.Row($"{files[i]}: {best[i]!.Cpu.TotalMilliseconds / texts.Length:F3} ms of CPU a text", best[i]!, best[0]);
            }
        }

        foreach (var run in runs)
        {
            run.Dispose();
        }
    }
}
