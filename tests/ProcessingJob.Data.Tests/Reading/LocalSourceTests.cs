using ProcessingJob.Contract;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Data.Reading;
using ProcessingJob.Storage;

namespace ProcessingJob.Data.Tests;

public sealed class LocalSourceTests : IDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("pjob-data-").FullName;
    static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Read_FileThatShrinksMeanwhile_Fails()
    {
        var path = Path.Combine(_folder, "a.txt");
        File.WriteAllText(path, string.Concat(Enumerable.Repeat("some line\n", 300_000)));
        await using var source = new LocalSource(path, "a.txt");
        var reader = new RowReader(Some.Options(new InputSpec()));
        var e = await Assert.ThrowsAsync<PJobException>(async () =>
        {
            await foreach (var block in reader.ReadAsync(Some.Unit(source, InputFormat.Text), source, Token))
            {
                block.Dispose();
                using var file = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
                file.SetLength(1_000_000);
            }
        });
        Assert.Contains("it was changed while being read", e.Message);
    }
}
