using System.Text.Json.Nodes;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Models.Modules;
using ProcessingJob.Testing;

namespace ProcessingJob.Models.Tests.Modules;

/// <summary>What a job asks for over a folder's modules.</summary>
public sealed class EmbedResolutionTests : IDisposable
{
    readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Of_NormalizeFalse_LeavesNoNormalizeAtTheEnd(int normalizes)
    {
        _folder.Copy(Path.Combine(AppContext.BaseDirectory, "folders", "layernorm"), "m");
        var file = _folder["m", "modules.json"];
        var modules = JsonNode.Parse(File.ReadAllText(file))!.AsArray();
        for (var i = 1; i < normalizes; i++)
        {
            modules.Add(modules[^1]!.DeepClone());
        }

        File.WriteAllText(file, modules.ToJsonString());
        var route = EmbedRoute.Of(SentenceFolder.Open(_folder["m"]), TextRole.None);

        var asked = EmbedResolution.Of(route, pooling: null, normalize: false, dimensions: null);

        Assert.True(route.Normalizes);
        Assert.IsType<LayerNormModule>(Assert.Single(asked.SentenceStages));
        Assert.False(asked.GivesUnitLength);
    }
}
