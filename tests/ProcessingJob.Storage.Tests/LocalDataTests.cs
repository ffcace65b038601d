using System.Net.Sockets;
using System.Runtime.InteropServices;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Plan;
using ProcessingJob.Contract.Spec;

namespace ProcessingJob.Storage.Tests;

public sealed partial class LocalDataTests : IDisposable
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
                new SourceFile("a/c.txt", 3, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad") { Lines = 1 },
                new SourceFile("b.txt", 1, Fingerprints.OfFile(Path.Combine(_folder, "b.txt"))) { Lines = 1 },
            ],
            files.Select(f => f with { Stamp = null })
        );
    }

    [Fact]
    public async Task Open_FileRewrittenWithTheSameLength_IsRefused()
    {
        var path = Put("a.txt", "before");
        var file = (await new LocalData(_folder).ListAsync(Token))[0];
        var unit = Unit("a.txt", 6) with { Stamp = file.Stamp };
        await using (await new LocalData(_folder).OpenAsync(unit, Token)) { }

        await File.WriteAllTextAsync(path, "after!", Token);
        File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddSeconds(1));
        var e = await Assert.ThrowsAsync<PJobException>(() => new LocalData(_folder).OpenAsync(unit, Token));
        Assert.Contains("a.txt: changed since it was planned", e.Message);
        Assert.Equal(ExitCode.Failed, e.ExitCode);
    }

    [Fact]
    public async Task CheckUnchanged_WrittenWhileOpen_IsRefused()
    {
        var path = Put("a.txt", "before");
        await using var source = new LocalSource(path, "a.txt");
        source.CheckUnchanged();
        await File.WriteAllTextAsync(path, "after!", Token);
        File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddSeconds(1));
        Assert.Contains("a.txt: was changed while it was read", Assert.Throws<PJobException>(source.CheckUnchanged).Message);
    }

    [Theory]
    [InlineData("pipe", "a named pipe")]
    [InlineData("socket", "a socket")]
    public async Task List_NoRegularFile_IsRefusedAtOnce(string kind, string expected)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "kinds of files are told on Linux");
        var path = Path.Combine(_folder, "f.jsonl");
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        if (kind == "pipe")
        {
            Assert.Equal(0, mkfifo(path, 0x180));
        }
        else
        {
            socket.Bind(new UnixDomainSocketEndPoint(path));
        }

        var e = await Assert.ThrowsAsync<PJobException>(() => new LocalData(_folder).ListAsync(Token));
        Assert.Equal($"{path}: found {expected}, expected a file; fix: remove it, or copy its content into a file", e.Message);
        Assert.Equal(ExitCode.BadSpec, e.ExitCode);
        e = await Assert.ThrowsAsync<PJobException>(() => FolderFiles.HashModelAsync(_folder, Token));
        Assert.Equal(ExitCode.Model, e.ExitCode);
    }

    [Fact]
    public async Task HashModel_LinkToADevice_IsRefusedAtOnce()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "kinds of files are told on Linux");
        File.CreateSymbolicLink(Path.Combine(_folder, "model.onnx"), "/dev/zero");
        var e = await Assert.ThrowsAsync<PJobException>(() => FolderFiles.HashModelAsync(_folder, Token));
        Assert.Contains("found a device, expected a file", e.Message);
    }

    [Fact]
    public async Task HashModel_LinkToItsOwnFolder_IsTheModelsFault()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "links are followed as on Linux");
        await File.WriteAllTextAsync(Path.Combine(_folder, "config.json"), "{}", Token);
        Directory.CreateSymbolicLink(Path.Combine(_folder, "loop"), ".");
        var e = await Assert.ThrowsAsync<PJobException>(() => FolderFiles.HashModelAsync(_folder, Token));
        Assert.Equal(ExitCode.Model, e.ExitCode);
        Assert.Contains("symbolic links", e.Message);
    }

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int mkfifo(string path, uint mode);

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
        Assert.Contains("a.csv: found a folder", e.Message);
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
            "a.txt: changed since it was planned (2 bytes then,",
            (await Assert.ThrowsAsync<PJobException>(() => new LocalData(_folder).OpenAsync(Unit("a.txt", 2), Token))).Message
        );
    }

    static WorkUnit Unit(string name, long size) => WorkUnit.Create(name, InputFormat.Text, 0, size, size, "v", "s", "m");
}
