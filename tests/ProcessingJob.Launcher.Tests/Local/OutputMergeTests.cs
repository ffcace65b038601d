using ProcessingJob.Contract.Output;
using ProcessingJob.Data.Tests.Finalizing;
using ProcessingJob.Launcher.Local;
using ProcessingJob.Storage;
using ProcessingJob.Testing;

namespace ProcessingJob.Launcher.Tests.Local;

public sealed class OutputMergeTests : IDisposable
{
    readonly OutputBench _host = new();
    readonly TempFolder _folder = new();

    LocalStore Output => LocalStore.Within(_folder["out"]);

    [Fact]
    public void Merge_CommittedUnits_AreMovedWhole()
    {
        _host.Commit("a", 4, rejected: 1);
        _host.Commit("b", 2);
        Assert.Equal(2, new OutputMerge(Output).Merge(_host.Store.Location));
        Assert.Equal(5, Directory.GetFiles(Output.Location, "*", SearchOption.AllDirectories).Length);
    }

    [Fact]
    public void Merge_KilledBetweenFileAndRecord_GoesOn()
    {
        var unit = _host.Commit("a", 4, rejected: 1);
        var part = OutputLayout.Part(unit.Id, 0, null, ".jsonl");
        Directory.CreateDirectory(Path.GetDirectoryName(Output.PathOf(part))!);
        File.Move(_host.Path(part), Output.PathOf(part));
        Assert.Equal(1, new OutputMerge(Output).Merge(_host.Store.Location));
        Assert.True(File.Exists(Output.PathOf(OutputLayout.Commit(unit.Id))));
        Assert.True(File.Exists(Output.PathOf(OutputLayout.Rejects(unit.Id))));
    }

    [Theory]
    [InlineData("missing")]
    [InlineData("short")]
    [InlineData("damaged record")]
    [InlineData("foreign path")]
    public void Merge_UnitThatIsNotWhole_IsLeftBehind(string fault)
    {
        var unit = _host.Commit(
            "a",
            4,
            change: fault == "foreign path" ? r => r with { Parts = [r.Parts[0] with { Path = "../x" }] } : null
        );
        var part = OutputLayout.Part(unit.Id, 0, null, ".jsonl");
        if (fault == "missing")
        {
            File.Delete(_host.Path(part));
        }

        if (fault == "short")
        {
            _host.Write(part, "{}\n");
        }

        if (fault == "damaged record")
        {
            _host.Write(OutputLayout.Commit(unit.Id), "{");
        }

        var merge = new OutputMerge(Output);
        Assert.Equal(0, merge.Merge(_host.Store.Location));
        Assert.StartsWith($"_commits/{unit.Id}.json: ", Assert.Single(merge.LeftBehind), StringComparison.Ordinal);
        Assert.False(Directory.Exists(Output.Location));
    }

    public void Dispose()
    {
        _host.Dispose();
        _folder.Dispose();
    }
}
