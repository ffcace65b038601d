using ProcessingJob.Contract;
using ProcessingJob.Launcher.Local;
using ProcessingJob.Testing;

namespace ProcessingJob.Launcher.Tests.Local;

public sealed class WorkerCommandTests : IDisposable
{
    readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("""{"runtimeOptions":{"includedFrameworks":[{"name":"Microsoft.NETCore.App"}]}}""", true)]
    [InlineData("""{"runtimeOptions":{"framework":{"name":"Microsoft.NETCore.App"}}}""", false)]
    public void At_WorkerWithItsOwnRuntime_IsStartedWithoutDotnet(string config, bool isOwn)
    {
        _folder.Write("ProcessingJob.Worker", "program");
        _folder.Write("ProcessingJob.Worker.runtimeconfig.json", config);
        var assembly = _folder.Write("ProcessingJob.Worker.dll", "assembly");

        var command = WorkerCommand.At(assembly);

        Assert.Equal(isOwn ? _folder["ProcessingJob.Worker"] : "dotnet", isOwn ? command.FileName : Path.GetFileName(command.FileName));
        Assert.Equal(isOwn ? [] : [assembly], command.Arguments);
    }

    [Fact]
    public void At_NotThere_NamesTheVariable()
    {
        var e = Assert.Throws<PJobException>(() => WorkerCommand.At(_folder["nothing.dll"]));

        Assert.Contains($"the worker is not at {_folder["nothing.dll"]}; {WorkerCommand.Variable} names it", e.Message);
    }
}
