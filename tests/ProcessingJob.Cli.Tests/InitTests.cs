using ProcessingJob.Samples;
using ProcessingJob.Testing;

namespace ProcessingJob.Cli.Tests;

/// <summary>What init writes can be run as it is, or init says what run would say.</summary>
public sealed class InitTests : IDisposable
{
    static readonly string Model = ModelCache.Get(new SampleModelOptions { Normalize = true });
    readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("comma", "a.csv", "id,text\n1,a\n2,b\n", "text: text", "id: id")]
    [InlineData(
        "semicolon",
        "a.csv",
        "ID;\"Review Text\";Star Rating\n1;\"a;b\";5\n2;b;4\n",
        "delimiter: \";\"",
        "text: \"Review Text\"",
        "id: ID"
    )]
    [InlineData("excel", "a.csv", "sep=;\nid;text\n1;a\n", "text: text")]
    [InlineData("pipe", "a.csv", "id|text\n1|a\n", "delimiter: \"|\"", "text: text")]
    [InlineData("spark", "a.csv", "id,text\n1,\"say \\\"hi\\\"\"\n", "escape: \"\\\\\"", "text: text")]
    [InlineData("apostrophe", "a.csv", "id,text\n1,'a,b'\n", "quote: \"'\"", "text: text")]
    [InlineData("tab", "a.tsv", "id\ttext\n1\t\"closed\n2\tb\n", "text: text")]
    [InlineData("lines", "a.tsv", "id\ttext\n1\t\"a\nb\"\n2\t\"c\nd\"\n", "format: csv", "delimiter: \"\\t\"", "text: text")]
    [InlineData("index", "a.csv", ",review,label\n0,a,1\n", "text: review", "# keep: [label]")]
    [InlineData("shared-id", "a.csv", "product_id,body\np1,some words\np1,b\n", "text: body", "# id: ")]
    [InlineData("blank", "a.csv", "id,text\n1,\n2,b\n", "text: text", "blank: embed")]
    [InlineData(
        "odd",
        "a.csv",
        "\"the \"\"id\"\"\",\"text: #1\nx\",- y\n1,a b c,z\n2,b,z\n",
        "text: \"text: #1\\nx\"",
        "# keep: [\"the \\\"id\\\"\", \"- y\"]"
    )]
    [InlineData("hadoop", "part-00000", "{\"id\":7,\"body\":\"a\"}\n", "format: jsonl", "text: body", "id: id")]
    [InlineData("nested", "a.jsonl", "{\"id\":7,\"review\":{\"body\":\"a\",\"stars\":5}}\n", "text: review.body", "id: id")]
    [InlineData("array", "a.json", "[{\"text\":\"a\"},\n{\"text\":\"b\"}]\n", "text: text")]
    [InlineData("longest", "a.jsonl", "{\"k\":\"x\",\"v\":\"much longer\"}\n", "text: v")]
    [InlineData("no-values", "a.jsonl", "{\"text\":\"\",\"n\":1}\n", "text: text", "blank: embed")]
    [InlineData("plain", "a.txt", "hello\n", "rows: line")]
    [InlineData("readme", "README.md", "# x", "text: text")]
    public async Task Init_FileOfManyWriters_WritesASpecThatRuns(string name, string file, string content, params string[] lines)
    {
        _folder.Write($"{name}/{file}", content);
        if (file == "README.md")
        {
            _folder.Write($"{name}/a.csv", "text\na\n");
        }

        var job = _folder[$"{name}.yaml"];
        var init = await PjobRun.RunAsync("init", _folder[name], Model, "-f", job);
        Assert.True(init.ExitCode == 0, init.Error);
        var text = await File.ReadAllTextAsync(job, TestContext.Current.CancellationToken);
        Assert.All(lines, line => Assert.Contains($"  {line}", text));
        Assert.Equal(file == "README.md", init.Error.Contains("(files_skipped)"));
        var run = await PjobRun.RunAsync("run", job, "--dry-run", "-o", _folder["out"]);
        Assert.True(run.ExitCode == 0, run.Error);
    }

    [Theory]
    [InlineData("a.csv", "", "has no records")]
    [InlineData("a.csv", "text\n", "a file has no records: a.csv")]
    [InlineData("a.jsonl", "{\"n\":1}\n", "found no column of texts for input.text: n (int64)")]
    [InlineData("a.csv.bz2", "x", "not supported: bzip2")]
    [InlineData("a.rst", "x", "the name ends in '.rst'")]
    [InlineData("a.json", "[{\"text\":\"a\"}", "the JSON array ends before its ']'")]
    [InlineData("a.json", "{\n\"text\": \"a\"\n}\n", "spans several lines")]
    [InlineData("a.parquet", "id,text", "not a Parquet file")]
    [InlineData("a.arrow", "x", "not an Arrow file")]
    public async Task Init_FileThatARunWouldRefuse_WritesNothing(string file, string content, string why)
    {
        _folder.Write($"data/{file}", content);
        var job = _folder["job.yaml"];
        var init = await PjobRun.RunAsync("init", _folder["data"], Model, "-f", job);
        Assert.NotEqual(0, init.ExitCode);
        Assert.Contains(why, init.Error);
        Assert.False(File.Exists(job));
    }
}
