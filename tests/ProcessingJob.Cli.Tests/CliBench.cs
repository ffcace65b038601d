using ProcessingJob.Launcher.Local;
using ProcessingJob.Testing;

namespace ProcessingJob.Cli.Tests;

/// <summary>pjob in this process, with a folder, writers of its own and a worker that needs no model.</summary>
sealed class CliBench : IDisposable
{
    readonly TempFolder _folder = new();

    static CliBench() =>
        Environment.SetEnvironmentVariable(
            WorkerCommand.Variable,
            System.IO.Path.Combine(AppContext.BaseDirectory, "ProcessingJob.FakeWorker.dll")
        );

    public CliBench()
    {
        StaticModel.Write(_folder, "model");
        for (var i = 0; i < 3; i++)
        {
            Write($"data/f{i}.txt", string.Concat(Enumerable.Range(0, 10).Select(n => $$"""{"n":{{n}}}""" + "\n")));
        }
    }

    public string Path(params string[] parts) => _folder[parts];

    public string Write(string file, string content) => _folder.Write(file, content);

    public string Spec =>
        Write(
            "job.yaml",
            $$"""
            model: {{_folder["model"]}}
            input: { data: {{_folder["data"]}}, format: text }
            output: { data: {{_folder["out"]}} }
            """
        );

    public async Task<(int Code, string Out, string Error)> RunAsync(params string[] args)
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        using var signals = new CommandStop();
        var code = await App.RunAsync(
            args,
            new()
            {
                In = new StringReader(Input),
                Out = output,
                Error = error,
                Variable = _ => null,
            },
            signals
        );
        return (code, output.ToString(), error.ToString());
    }

    public string Input { get; set; } = "";

    public void Dispose() => _folder.Dispose();
}
