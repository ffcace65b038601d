using ProcessingJob.Contract;
using ProcessingJob.Contract.Plan;
using ProcessingJob.Contract.Spec;

namespace ProcessingJob.Storage.Tests;

public sealed class LocalDataTests : IDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("pjob-data-").FullName;
    static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    string Put(string name, string content)
    {
        var path = Path.Combine(_folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content);
        return path;
    }

    [Fact]
    public async Task List_Folder_GivesFilesInOrdinalOrderWithHashes()
    {
        Put("b.txt", "b");
        Put("a/c.txt", "abc");
        Put("_SUCCESS", "");
        Put(".cache/x.txt", "x");
        var files = await new LocalData(_folder).ListAsync(Token);
        Assert.Equal(
            [
                new SourceFile("a/c.txt", 3, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
                new SourceFile("b.txt", 1, Fingerprints.OfFile(Path.Combine(_folder, "b.txt"))),
            ],
            files
        );
    }

    [Fact]
    public async Task List_SymbolicLink_IsRefused()
    {
        File.CreateSymbolicLink(Path.Combine(_folder, "link.txt"), "/etc/hostname");
        var e = await Assert.ThrowsAsync<PJobException>(() => new LocalData(_folder).ListAsync(Token));
        Assert.Contains("link.txt: a symbolic link", e.Message);
    }

    [Theory]
    [InlineData("../outside.txt")]
    [InlineData("/etc/hostname")]
    [InlineData("a//b")]
    [InlineData("a\\b")]
    [InlineData("")]
    public async Task Open_NameThatLeadsOut_IsRefused(string name)
    {
        var e = await Assert.ThrowsAsync<PJobException>(() => new LocalData(_folder).OpenAsync(Unit(name, 1), Token));
        Assert.Contains("not a path below the data", e.Message);
    }

    [Fact]
    public async Task Open_LinkPutThereAfterPlanning_IsRefused()
    {
        Directory.CreateSymbolicLink(Path.Combine(_folder, "a"), "/etc");
        await Assert.ThrowsAsync<PJobException>(() => new LocalData(_folder).OpenAsync(Unit("a/hostname", 1), Token));
    }

    [Fact]
    public async Task Open_DirectoryNamedLikeAFile_SaysSo()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "a.csv"));
        var e = await Assert.ThrowsAsync<PJobException>(() => new LocalData(_folder).OpenAsync(Unit("a.csv", 1), Token));
        Assert.Contains("a.csv: found a directory", e.Message);
    }

    [Fact]
    public async Task Open_MissingFile_SaysSo() =>
        Assert.Contains(
            "gone.csv: cannot be opened",
            (await Assert.ThrowsAsync<PJobException>(() => new LocalData(_folder).OpenAsync(Unit("gone.csv", 1), Token))).Message
        );

    [Fact]
    public async Task Open_FileOfAnotherSize_SaysThatItChanged()
    {
        Put("a.txt", "abc");
        Assert.Contains(
            "the file changed",
            (await Assert.ThrowsAsync<PJobException>(() => new LocalData(_folder).OpenAsync(Unit("a.txt", 2), Token))).Message
        );
    }

    static WorkUnit Unit(string name, long size) => WorkUnit.Create(name, InputFormat.Text, 0, size, size, "v", "s", "m");
}
