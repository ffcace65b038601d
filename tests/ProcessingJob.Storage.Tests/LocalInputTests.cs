using ProcessingJob.Contract;
using ProcessingJob.Contract.Plan;
using ProcessingJob.Contract.Spec;
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
        Assert.Equal(["a.csv", "b.csv", "year=2024/c.csv", "year=2024/d.txt"], LocalInput.Resolve(_folder.Path, InputFormat.Auto).Files);

    /// <summary>Else a name could write a line of its own into messages and logs.</summary>
    [Theory]
    [InlineData("a\nerror: forged.csv", "a?error: forged.csv")]
    [InlineData("_a\u001b[31m.csv", "_a?[31m.csv")]
    public void Resolve_NameWithControlCharacters_IsRefusedAndShownWithoutThem(string name, string shown)
    {
        _folder.Write(name, "text\n1\n");

        var e = Assert.Throws<PJobException>(() => LocalInput.Resolve(_folder.Path, InputFormat.Auto));

        Assert.Equal(ExitCode.BadSpec, e.ExitCode);
        Assert.Contains($"the name '{shown}' has a line break or another control character", e.Message);
        Assert.DoesNotContain(e.Message, char.IsControl);
    }

    [Fact]
    public void Resolve_Folder_NamesWhatItSkipped()
    {
        foreach (var name in new[] { "README.md", "sub/license", "sub/dataset_info.json", "sub/state.json", "state.json" })
        {
            _folder.Write(name, "x");
        }

        var input = LocalInput.Resolve(_folder.Path, InputFormat.Auto);
        Assert.Contains("state.json", input.Files);
        Assert.Equal(
            [".hidden/", ".y.csv", "README.md", "_SUCCESS", "_logs/", "sub/dataset_info.json", "sub/license", "sub/state.json"],
            input.Skipped
        );
        Assert.Equal([".hidden/", "_SUCCESS"], input.Skipped.Where(DataFiles.IsMarker));
        Assert.Contains("README.md", LocalInput.Resolve(_folder.Path, InputFormat.Text).Files);
    }

    [Fact]
    public void Resolve_FolderOfDescriptionsAlone_SaysWhatWasFound()
    {
        _folder.Write("docs/README.md", "x");
        var e = Assert.Throws<PJobException>(() => LocalInput.Resolve(_folder["docs"], InputFormat.Auto));
        Assert.Contains("nor what describes a data set; found README.md)", e.Message);
    }

    [Theory]
    [InlineData("_delta_log/00000000000000000000.json", "", "a Delta Lake table (_delta_log/)", "delta_scan")]
    [InlineData("sub/_delta_log/0.json", "", "a Delta Lake table", "delta_scan")]
    [InlineData(".hoodie/hoodie.properties", "", "a Hudi table", "spark.read.format(\"hudi\")")]
    [InlineData("metadata/v1.metadata.json", "", "an Iceberg table", "iceberg_scan")]
    [InlineData("metadata/v1.metadata.json", "data", "an Iceberg table", "iceberg_scan")]
    public void Resolve_TableWhoseLogSaysWhatCounts_IsRefusedWithTheWayToExportIt(string log, string below, string what, string export)
    {
        _folder.Write($"table/{log}", "{}");
        _folder.Write("table/data/part-0.parquet", "PAR1");
        foreach (var data in new[] { _folder[$"table/{below}"], _folder[$"table/{below}"] + "/**/*.parquet" })
        {
            var e = Assert.Throws<PJobException>(() => LocalInput.Resolve(data, InputFormat.Auto));
            Assert.Contains(what, e.Message);
            Assert.Contains(export, e.Message);
            Assert.Equal(ExitCode.BadSpec, e.ExitCode);
        }
    }

    [Fact]
    public void Resolve_FolderNamedMetadata_IsNoTable()
    {
        _folder.Write("corpus/metadata/notes.json", "{}");
        Assert.Equal(["metadata/notes.json"], LocalInput.Resolve(_folder["corpus"], InputFormat.Auto).Files);
    }

    [Fact]
    public void Resolve_File_IsOneFileOfItsFolder()
    {
        var input = LocalInput.Resolve(_folder["b.csv"], InputFormat.Auto);
        Assert.Equal((_folder.Path, "b.csv"), (input.Root, Assert.Single(input.Files)));
    }

    [Theory]
    [InlineData("*.csv", "a.csv,b.csv")]
    [InlineData("?.csv", "a.csv,b.csv")]
    [InlineData("**/*.csv", "a.csv,b.csv,year=2024/c.csv")]
    [InlineData("**", "a.csv,b.csv,year=2024/c.csv,year=2024/d.txt")]
    [InlineData("*/d.*", "year=2024/d.txt")]
    public void Resolve_Glob_ListsMatches(string pattern, string expected) =>
        Assert.Equal(expected.Split(','), LocalInput.Resolve(_folder[pattern], InputFormat.Auto).Files);

    [Fact]
    public void Resolve_GlobBelowAFolder_IsRelativeToThatFolder()
    {
        var input = LocalInput.Resolve(_folder["year=2024", "*.txt"], InputFormat.Auto);
        Assert.Equal((_folder["year=2024"], "d.txt"), (input.Root, Assert.Single(input.Files)));
    }

    [Theory]
    [InlineData("none")]
    [InlineData("*.parquet")]
    [InlineData("no/where/*.csv")]
    public void Resolve_Nothing_IsABadSpec(string path)
    {
        var e = Assert.Throws<PJobException>(() => LocalInput.Resolve(_folder[path], InputFormat.Auto));
        Assert.Equal(ExitCode.BadSpec, e.ExitCode);
        Assert.StartsWith("input.data: ", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("b.csv", "link.csv")]
    [InlineData("year=2024", "linked")]
    public void Resolve_LinkAmongTheFiles_IsRefusedByName(string target, string link)
    {
        File.CreateSymbolicLink(_folder[link], _folder[target]);
        var e = Assert.Throws<PJobException>(() => LocalInput.Resolve(_folder.Path, InputFormat.Auto));
        Assert.Contains($"{link} is a symbolic link", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Resolve_LinkThatTheUserNamed_IsFollowed()
    {
        File.CreateSymbolicLink(_folder["link.csv"], _folder["b.csv"]);
        Assert.Equal("b.csv", Assert.Single(LocalInput.Resolve(_folder["link.csv"], InputFormat.Auto).Files));
    }

    [Fact]
    public async Task Hash_Files_HasSizesAndSha256()
    {
        var files = await LocalInput.Resolve(_folder.Path, InputFormat.Auto).HashAsync();
        Assert.Equal(new SourceFile("a.csv", 7, Fingerprints.OfFile(_folder["a.csv"])) { Lines = 2 }, files[0] with { Stamp = null });
        Assert.Equal(4, files.Count);
    }

    public void Dispose() => _folder.Dispose();
}
