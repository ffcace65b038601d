using ProcessingJob.Testing;

namespace ProcessingJob.Samples.Tests;

/// <summary>The helpers of the other test projects.</summary>
public class TestingTests
{
    [Fact]
    public void ModelCache_ManyAtOnce_WriteOneFolder()
    {
        var options = new SampleModelOptions { Size = ModelSize.Tiny with { Vocabulary = 1000 }, Seed = 99 };
        var folders = new string[8];
        Parallel.For(0, folders.Length, i => folders[i] = ModelCache.Get(options));
        Assert.Single(folders.Distinct());
        Assert.True(File.Exists(Path.Combine(folders[0], "onnx", "model.onnx")));
        Assert.NotEqual(folders[0], ModelCache.Get(options with { Seed = 98 }));
    }

    [Fact]
    public async Task MotoServer_StartedAndDisposed_AnswersAndIsGone()
    {
        if (!MotoServer.TryStart(out var server, out var reason))
        {
            Assert.Skip(reason);
        }

        using var client = new HttpClient();
        using (server)
        {
            using var made = await client.PutAsync(new Uri(server.Endpoint, "/bucket"), null);
            Assert.True(made.IsSuccessStatusCode);
            await server.ResetAsync();
            using var gone = await client.GetAsync(new Uri(server.Endpoint, "/bucket"));
            Assert.Equal(System.Net.HttpStatusCode.NotFound, gone.StatusCode);
        }

        await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync(server.Endpoint));
    }

    [Fact]
    public void SharedData_MissingFile_GivesAReason()
    {
        Assert.False(SharedData.TryFind("corpora/none.jsonl", out _, out var reason));
        Assert.Equal("../shared/data/corpora/none.jsonl is not there.", reason);
    }
}
