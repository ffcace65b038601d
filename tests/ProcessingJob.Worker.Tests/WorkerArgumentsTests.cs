using ProcessingJob.Contract;
using ProcessingJob.Contract.Container;

namespace ProcessingJob.Worker.Tests;

public sealed class WorkerArgumentsTests : IDisposable
{
    readonly ContainerPaths _paths = new(Directory.CreateTempSubdirectory("worker-args").FullName);

    public void Dispose() => Directory.Delete(_paths.Root, recursive: true);

    [Fact]
    public void ReadSpec_OptionsOverJobFile_OptionsWin()
    {
        Directory.CreateDirectory(_paths.Config);
        File.WriteAllText(_paths.JobFile, """{"task":"embed","input":{"text":["a"]},"tokens":{"max_length":128}}""");

        var spec = WorkerArguments.Parse(["--tokens.max_length", "64", "--input.id=key"]).ReadSpec(_paths);

        Assert.Equal((64, "key", "a"), (spec.Tokens.MaxLength, spec.Input.Id, spec.Input.Text[0]));
    }

    [Fact]
    public void ReadSpec_NothingGiven_SaysWhatWasExpected()
    {
        var e = Assert.Throws<PJobException>(() => WorkerArguments.Parse([]).ReadSpec(_paths));

        Assert.Equal(ExitCode.BadSpec, e.ExitCode);
        Assert.Contains(_paths.JobFile, e.Message);
    }

    [Theory]
    [InlineData("run")]
    [InlineData("--task")]
    public void Parse_WrongArgument_IsRefused(string argument) =>
        Assert.Equal(ExitCode.BadSpec, Assert.Throws<PJobException>(() => WorkerArguments.Parse([argument])).ExitCode);
}
