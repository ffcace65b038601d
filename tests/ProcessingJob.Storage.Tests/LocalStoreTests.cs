using ProcessingJob.Contract;
using ProcessingJob.Testing;

namespace ProcessingJob.Storage.Tests;

public sealed class LocalStoreTests : IDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("pjob-storage-").FullName;
    static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Commit_StagingOnAnotherFileSystem_StillPublishes()
    {
        Assert.SkipUnless(Directory.Exists("/dev/shm"), "no second file system at /dev/shm");
        var staging = Path.Combine("/dev/shm", $"pjob-{Guid.NewGuid():n}");
        try
        {
            var store = new LocalStore(Path.Combine(_folder, "output"), staging);
            await using var file = await store.StageAsync("data/x.bin", Token);
            await file.Stream.WriteAsync(new byte[] { 1, 2, 3 }, Token);
            await file.FinishAsync(Token);
            Assert.False(File.Exists(Path.Combine(store.Location, "data/x.bin")));
            await file.PublishAsync(Token);
            Assert.Equal([1, 2, 3], File.ReadAllBytes(Path.Combine(store.Location, "data/x.bin")));
            Assert.Single(Directory.GetFiles(Path.Combine(store.Location, "data")));
        }
        finally
        {
            Directory.Delete(staging, recursive: true);
        }
    }

    [Fact]
    public async Task Probe_StagingOnAnotherFileSystem_StagesOutOfSightWithinTheOutput()
    {
        Assert.SkipUnless(Directory.Exists("/dev/shm"), "no second file system at /dev/shm");
        var staging = Path.Combine("/dev/shm", $"pjob-{Guid.NewGuid():n}");
        try
        {
            var store = new LocalStore(Path.Combine(_folder, "output"), staging);
            await store.ProbeAsync(Token);
            await using var file = await store.StageAsync("data/x.bin", Token);
            await file.Stream.WriteAsync(new byte[] { 1 }, Token);

            Assert.Equal([".staging"], Directory.GetFileSystemEntries(store.Location).Select(Path.GetFileName));
            Assert.Empty(await store.ListAsync("", Token).ToListAsync(Token));
            await file.FinishAsync(Token);
            await file.PublishAsync(Token);
            Assert.Equal(["data/x.bin"], await store.ListAsync("", Token).Select(f => f.Path).ToListAsync(Token));
            Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(store.Location, ".staging")));
        }
        finally
        {
            Directory.Delete(staging, recursive: true);
        }
    }

    [Fact]
    public async Task Probe_ReadOnlyOutput_FailsAndSaysSo()
    {
        var e = await Assert.ThrowsAsync<PJobException>(() =>
            new LocalStore("/proc/pjob-output", Path.Combine(_folder, "s")).ProbeAsync(Token)
        );
        Assert.Contains("cannot be written", e.Message);
    }

    [Fact]
    public async Task Probe_FileBeingStaged_IsLeftAlone()
    {
        var store = new LocalStore(Path.Combine(_folder, "output"));
        await using var file = await store.StageAsync("data/x.bin", Token);
        await new LocalStore(store.Location).ProbeAsync(Token);
        Assert.Single(Directory.EnumerateFiles(store.Staging, "*.tmp"));
    }

    [Fact]
    public async Task Probe_FileWhereTheOutputShouldBe_FailsAndSaysSo()
    {
        File.WriteAllText(Path.Combine(_folder, "output"), "");
        var e = await Assert.ThrowsAsync<PJobException>(() => new LocalStore(Path.Combine(_folder, "output")).ProbeAsync(Token));
        Assert.Contains("cannot be written", e.Message);
    }

    [Fact]
    public async Task Write_File_HasItsNameOnTheDiskLast()
    {
        var files = new RecordedFiles();
        var store = new LocalStore(Path.Combine(_folder, "out"), Path.Combine(_folder, "staging"), files);
        await store.WriteAsync("_reports/a.json", new byte[] { 1 }, Token);
        Assert.Equal(["sync .", "sync out", "rename out/_reports/a.json", "sync out/_reports"], files.Done(_folder));
    }

    [Fact]
    public async Task List_PrivateAndStagedFiles_AreNotShown()
    {
        var store = LocalStore.Within(Path.Combine(_folder, "out"));
        await store.WriteAsync("data/a", new byte[] { 1 }, Token);
        await store.WriteAsync(".pjob/job.json", new byte[] { 1 }, Token);
        await using var staged = await store.StageAsync("data/b", Token);
        var found = new List<string>();
        await foreach (var file in store.ListAsync("", Token))
        {
            found.Add(file.Path);
        }

        Assert.Equal(["data/a"], found);
    }
}
