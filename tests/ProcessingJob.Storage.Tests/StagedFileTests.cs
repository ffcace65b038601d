using ProcessingJob.Contract;
using ProcessingJob.Testing;

namespace ProcessingJob.Storage.Tests;

/// <summary>What is left of a file that was staged: all of it under its name, or nothing.</summary>
public sealed class StagedFileTests : IDisposable
{
    readonly TempFolder _folder = new();

    static CancellationToken Token => TestContext.Current.CancellationToken;

    LocalStore Store => new(_folder["output"], _folder["staging"]);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Dispose_FileThatWasNotPublished_LeavesNothing()
    {
        await using (var file = await Store.StageAsync("data/x.bin", Token))
        {
            await file.Stream.WriteAsync(new byte[] { 1, 2, 3 }, Token);
            await file.FinishAsync(Token);
            Assert.Single(Directory.GetFiles(_folder["staging"]));
        }

        Assert.Empty(Directory.GetFiles(_folder["staging"]));
        Assert.False(Directory.Exists(_folder["output", "data"]));
    }

    [Fact]
    public async Task Dispose_PublishedFile_LeavesAnotherOfItsTemporaryNameAlone()
    {
        await using (var file = await Store.StageAsync("data/x.bin", Token))
        {
            await file.Stream.WriteAsync(new byte[] { 1, 2, 3 }, Token);
            var temporary = Assert.Single(Directory.GetFiles(_folder["staging"]));
            await file.FinishAsync(Token);
            await file.PublishAsync(Token);
            File.WriteAllText(temporary, "another's");
        }

        Assert.Equal([1, 2, 3], File.ReadAllBytes(_folder["output", "data", "x.bin"]));
        Assert.Single(Directory.GetFiles(_folder["staging"]));
    }

    [Fact]
    public async Task Dispose_UnfinishedFile_GivesUpItsLock()
    {
        var file = await Store.StageAsync("x.bin", Token);
        await file.DisposeAsync();

        Assert.Throws<ObjectDisposedException>(() => file.Stream.WriteByte(1));
    }

    [Fact]
    public async Task Probe_WhatAKilledProcessLeft_IsRemoved()
    {
        _folder.Write("staging/part-1.parquet.0123.tmp", "half a part");
        _folder.Write("staging/notes.txt", "not ours");

        await Store.ProbeAsync(Token);

        Assert.Equal(["notes.txt"], Directory.GetFiles(_folder["staging"]).Select(Path.GetFileName));
    }

    [Fact]
    public async Task Publish_FolderThatIsAFile_SaysWhatCannotBeWritten()
    {
        _folder.Write("output/data", "a file");
        await using var file = await Store.StageAsync("data/x.bin", Token);
        await file.FinishAsync(Token);

        var e = await Assert.ThrowsAsync<PJobException>(() => file.PublishAsync(Token));

        Assert.Contains("data/x.bin", e.Message);
    }

    [Fact]
    public void MoveByCopy_NameThatIsThere_IsReplacedAndNothingIsLeftBeside()
    {
        var (from, to) = (_folder.Write("a/from.bin", "new"), _folder.Write("b/to.bin", "old"));

        DurableFiles.System.MoveByCopy(from, to);

        Assert.Equal("new", File.ReadAllText(to));
        Assert.Empty(Directory.GetFiles(_folder["a"]));
        Assert.Single(Directory.GetFileSystemEntries(_folder["b"]));
    }

    [Fact]
    public void MoveByCopy_TargetThatCannotBeReplaced_KeepsTheFileAndLeavesNothingBeside()
    {
        var from = _folder.Write("a/from.bin", "new");
        _folder.Write("b/to.bin/inside", "a folder");

        Assert.ThrowsAny<Exception>(() => DurableFiles.System.MoveByCopy(from, _folder["b", "to.bin"]));

        Assert.True(File.Exists(from));
        Assert.Single(Directory.GetFileSystemEntries(_folder["b"]));
    }
}
