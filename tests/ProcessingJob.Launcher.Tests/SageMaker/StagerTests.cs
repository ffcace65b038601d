using System.Security.Cryptography;
using ProcessingJob.Contract.Plan;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Launcher.Aws;
using ProcessingJob.Launcher.SageMaker;
using ProcessingJob.Storage;

namespace ProcessingJob.Launcher.Tests.SageMaker;

[Collection(nameof(MotoFixture))]
public sealed class StagerTests(MotoFixture moto)
{
    sealed class Seen : IProgress<StagingProgress>
    {
        public List<StagingProgress> All { get; } = [];

        public void Report(StagingProgress value)
        {
            lock (All)
            {
                All.Add(value);
            }
        }
    }

    static List<SourceFile> Files(string root) =>
        [
            .. Directory
                .EnumerateFiles(root, "*", SearchOption.AllDirectories)
                .Select(f => new SourceFile(Path.GetRelativePath(root, f), new FileInfo(f).Length, Fingerprints.OfFile(f))),
        ];

    [Fact]
    public async Task Stage_FileOfSeveralParts_ArrivesWhole()
    {
        await using var bench = await RemoteBench.StartAsync(moto, files: 0);
        var content = RandomNumberGenerator.GetBytes(70 << 20);
        var path = bench.Write("big/model.onnx", "");
        await File.WriteAllBytesAsync(path, content);
        var seen = new Seen();

        var folder = await new Stager(bench.S3, new S3Uri(bench.Bucket, "staging"), null, seen).StageAsync(
            "models",
            bench.Local("big"),
            Files(bench.Local("big"))
        );

        var head = await bench.S3.GetObjectMetadataAsync(folder.Bucket, folder.Key + "model.onnx");
        Assert.EndsWith("-3\"", head.ETag);
        using var answer = await bench.S3.GetObjectAsync(folder.Bucket, folder.Key + "model.onnx");
        Assert.Equal(SHA256.HashData(content), await SHA256.HashDataAsync(answer.ResponseStream));
        Assert.Equal(content.Length, seen.All[^1].Bytes);
    }

    [Fact]
    public async Task Stage_OneFileOfManyChanged_CopiesTheOthersInsideS3()
    {
        await using var bench = await RemoteBench.StartAsync(moto, files: 0);
        for (var i = 0; i < 4; i++)
        {
            bench.Write($"data/f{i}", $"content {i}");
        }

        var stager = new Stager(bench.S3, new S3Uri(bench.Bucket, "staging"), null);
        var first = await stager.StageAsync("data", bench.Local("data"), Files(bench.Local("data")));
        bench.Write("data/f0", "changed");
        // What is copied inside S3 need not be readable here any more.
        var files = Files(bench.Local("data"));
        for (var i = 1; i < 4; i++)
        {
            File.Delete(bench.Local("data", $"f{i}"));
        }

        var second = await stager.StageAsync("data", bench.Local("data"), files);

        Assert.NotEqual(first, second);
        var store = new S3Store(bench.S3, second);
        Assert.Equal("changed"u8.ToArray(), await store.ReadAsync("f0"));
        Assert.Equal("content 3"u8.ToArray(), await store.ReadAsync("f3"));
        Assert.Equal("content 0"u8.ToArray(), await new S3Store(bench.S3, first).ReadAsync("f0"));
    }

    [Fact]
    public async Task Stage_CutOff_UploadsOnlyWhatIsMissing()
    {
        await using var bench = await RemoteBench.StartAsync(moto, files: 0);
        bench.Write("data/a", "one");
        bench.Write("data/b", "two");
        var files = Files(bench.Local("data"));
        var stager = new Stager(bench.S3, new S3Uri(bench.Bucket, "staging"), null);
        var folder = await stager.StageAsync("data", bench.Local("data"), files);
        await bench.S3.DeleteObjectAsync(folder.Bucket, folder.Key + "b");
        var seen = new Seen();

        await new Stager(bench.S3, new S3Uri(bench.Bucket, "staging"), null, seen).StageAsync("data", bench.Local("data"), files);

        Assert.Equal(1, seen.All[^1].TotalFiles);
    }

    [Fact]
    public async Task List_PrefixWithSiblings_TakesTheFolderOnly()
    {
        await using var bench = await RemoteBench.StartAsync(moto, files: 0);
        foreach (
            var key in new[]
            {
                "corpus/a.csv",
                "corpus/sub/b.csv",
                "corpus/.hidden",
                "corpus/_SUCCESS",
                "corpus/sub/_tmp/x.csv",
                "corpus/README.md",
                "corpus-old/c.csv",
                "corpus/dir/",
            }
        )
        {
            await bench.PutAsync(key, "x");
        }

        var listed = await S3Input.ListAsync(
            bench.S3,
            AwsConnection.S3Options,
            $"s3://{bench.Bucket}/corpus",
            "input.data",
            InputFormat.Auto
        );
        var one = await S3Input.ListAsync(
            bench.S3,
            AwsConnection.S3Options,
            $"s3://{bench.Bucket}/corpus/sub/b.csv",
            "input.data",
            InputFormat.Auto
        );

        Assert.Equal(["a.csv", "sub/b.csv"], listed.Files.Select(f => f.Source));
        Assert.Equal([".hidden", "_SUCCESS", "sub/_tmp/", "README.md"], listed.Skipped);
        Assert.Equal(
            ("b.csv", $"s3://{bench.Bucket}/corpus/sub/", true),
            (Assert.Single(one.Files).Source, one.Root.ToString(), one.Object is not null)
        );
    }
}
