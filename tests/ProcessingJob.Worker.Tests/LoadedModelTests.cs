using ProcessingJob.Contract;
using ProcessingJob.Contract.Container;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Data.Reading;
using ProcessingJob.Testing;
using Serilog;

namespace ProcessingJob.Worker.Tests;

public sealed class LoadedModelTests : IDisposable
{
    readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(null, 32)]
    [InlineData(16, 16)]
    [InlineData(100, 100)]
    public void Load_MaxLength_MayExceedTheFoldersButNotTheModels(int? asked, int expected)
    {
        using var model = Load(new() { Tokens = new() { MaxLength = asked } });
        Assert.Equal(expected, model.MaxLength);
    }

    [Fact]
    public void Load_MaxLengthBeyondThePositions_IsABadSpec()
    {
        var e = Assert.Throws<PJobException>(() => Load(new() { Tokens = new() { MaxLength = 129 } }));
        Assert.Equal(ExitCode.BadSpec, e.ExitCode);
        Assert.Contains("tokens.max_length: found 129, but the model has positions for 1 to 128", e.Message);
    }

    [Fact]
    public void Blocks_OrdinaryTask_AreTheEnginesWindows()
    {
        using var model = Load(new());
        var reading = ReadOptions.From(new() { Input = new() { Text = ["text"] } }, []);
        Assert.Equal(
            (model.Engine!.BlockRows, reading.BytesPerBlock),
            (model.Blocks(reading).RowsPerBlock, model.Blocks(reading).BytesPerBlock)
        );
    }

    LoadedModel Load(JobSpec spec)
    {
        var paths = new ContainerPaths(_folder.Path);
        if (!Directory.Exists(paths.Model))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(paths.Model)!);
            Directory.CreateSymbolicLink(paths.Model, ModelCache.Get(new() { MaxSequenceLength = 32 }));
        }

        return LoadedModel.Load(spec with { Compute = new() { Device = DeviceKind.Cpu } }, null, paths, Log.Logger);
    }
}
