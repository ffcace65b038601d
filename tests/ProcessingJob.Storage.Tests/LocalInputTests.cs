using ProcessingJob.Contract;
using ProcessingJob.Contract.Plan;
using ProcessingJob.Testing;

namespace ProcessingJob.Storage.Tests;

public sealed class LocalInputTests : IDisposable
{
    readonly TempFolder _folder = new();

    public LocalInputTests()
    {
        foreach (
            var file in new[]
            {
                "b.csv",
                "a.csv",
                "year=2024/c.csv",
                "year=2024/d.txt",
                ".hidden/x.csv",
                ".y.csv",
                "_SUCCESS",
                "_logs/z.csv",
            }
        )
        {
            _folder.Write(file, "text\n1\n");
        }
    }

    [Fact]
    public void Resolve_Folder_ListsFilesInOrderWithoutHiddenOnes() =>
        Assert.Equal(["a.csv", "b.csv", "year=2024/c.csv", "year=2024/d.txt"], LocalInput.Resolve(_folder.Path).Files);

    [Fact]
    public void Resolve_File_IsOneFileOfItsFolder()
    {
        var input = LocalInput.Resolve(_folder["b.csv"]);
        Assert.Equal((_folder.Path, "b.csv"), (input.Root, Assert.Single(input.Files)));
    }

    [Theory]
    [InlineData("*.csv", "a.csv,b.csv")]
    [InlineData("?.csv", "a.csv,b.csv")]
    [InlineData("**/*.csv", "a.csv,b.csv,year=2024/c.csv")]
    [InlineData("**", "a.csv,b.csv,year=2024/c.csv,year=2024/d.txt")]
    [InlineData("*/d.*", "year=2024/d.txt")]
    public void Resolve_Glob_ListsMatches(string pattern, string expected) =>
        Assert.Equal(expected.Split(','), LocalInput.Resolve(_folder[pattern]).Files);

    [Fact]
    public void Resolve_GlobBelowAFolder_IsRelativeToThatFolder()
    {
        var input = LocalInput.Resolve(_folder["year=2024", "*.txt"]);
        Assert.Equal((_folder["year=2024"], "d.txt"), (input.Root, Assert.Single(input.Files)));
    }

    [Theory]
    [InlineData("none")]
    [InlineData("*.parquet")]
    [InlineData("no/where/*.csv")]
    public void Resolve_Nothing_IsABadSpec(string path)
    {
        var e = Assert.Throws<PJobException>(() => LocalInput.Resolve(_folder[path]));
        Assert.Equal(ExitCode.BadSpec, e.ExitCode);
        Assert.StartsWith("input.data: ", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("b.csv", "link.csv")]
    [InlineData("year=2024", "linked")]
    public void Resolve_LinkAmongTheFiles_IsRefusedByName(string target, string link)
    {
        File.CreateSymbolicLink(_folder[link], _folder[target]);
        var e = Assert.Throws<PJobException>(() => LocalInput.Resolve(_folder.Path));
        Assert.Contains($"{link} is a symbolic link", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Resolve_LinkThatTheUserNamed_IsFollowed()
    {
        File.CreateSymbolicLink(_folder["link.csv"], _folder["b.csv"]);
        Assert.Equal("b.csv", Assert.Single(LocalInput.Resolve(_folder["link.csv"]).Files));
    }

    [Fact]
    public async Task Hash_Files_HasSizesAndSha256()
    {
        var files = await LocalInput.Resolve(_folder.Path).HashAsync();
        Assert.Equal(new SourceFile("a.csv", 7, Fingerprints.OfFile(_folder["a.csv"])), files[0] with { Stamp = null });
        Assert.Equal(4, files.Count);
    }

    public void Dispose() => _folder.Dispose();
}
