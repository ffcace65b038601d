using ProcessingJob.Models.Families;
using ProcessingJob.Models.Folders;
using ProcessingJob.Models.Graphs;
using ProcessingJob.Testing;

namespace ProcessingJob.Models.Tests;

/// <summary>The golden folders that are part of the project: one a family, in every form.</summary>
public sealed class OwnGoldenTests
{
    public static TheoryData<string> Folders =>
        [.. Directory.GetDirectories(Golden.OwnRoot).Select(folder => Path.GetFileName(folder)).Order()];

    [Theory]
    [MemberData(nameof(Folders))]
    public void Build_Float32_GivesTransformersNumbersInBothForms(string name)
    {
        var golden = Golden.Own(name);

        Assert.InRange(golden.Difference(GraphForm.Plain, GraphPrecision.Float32), 0, 1e-4);
        Assert.InRange(golden.Difference(GraphForm.Fused, GraphPrecision.Float32), 0, 1e-4);
    }

    [Theory]
    [MemberData(nameof(Folders))]
    public void Build_Float16_StaysWithinItsRoundingInBothForms(string name)
    {
        var golden = Golden.Own(name);

        Assert.InRange(golden.Difference(GraphForm.Plain, GraphPrecision.Float16), 0, 3e-2);
        Assert.InRange(golden.Difference(GraphForm.Fused, GraphPrecision.Float16), 0, 3e-2);
    }

    [Theory]
    [MemberData(nameof(Folders))]
    public void Build_Fused_HasOneAttentionALayerAndReadsNoShape(string name)
    {
        var golden = Golden.Own(name);
        using var graph = EncoderGraph.Build(golden.Folder, golden.Options(GraphForm.Fused));

        var operations = ModelNodes.Of(graph.Model).Select(node => node.Operation).ToArray();

        Assert.Equal(golden.Layers, operations.Count(operation => operation == "Attention"));
        Assert.DoesNotContain("Shape", operations);
        Assert.DoesNotContain("Softmax", operations);
    }

    [Theory]
    [MemberData(nameof(Folders))]
    public void Build_Plain_HasNoOperatorOfAnotherDomain(string name)
    {
        var golden = Golden.Own(name);
        using var graph = EncoderGraph.Build(golden.Folder, golden.Options(GraphForm.Plain));

        Assert.DoesNotContain(ModelNodes.Of(graph.Model), node => node.Domain != "");
    }

    [Theory]
    [MemberData(nameof(Folders))]
    public void Build_Golden_LeavesNoTensorUnused(string name)
    {
        var golden = Golden.Own(name);
        using var graph = EncoderGraph.Build(golden.Folder, golden.Options(GraphForm.Plain));

        Assert.Empty(graph.UnusedTensors);
        Assert.Empty(graph.UnknownKeys);
    }

    [Theory]
    [InlineData("bert-qa", GraphForm.Plain, GraphPrecision.Float32)]
    [InlineData("t5-base-gated", GraphForm.Fused, GraphPrecision.Float16)]
    public void Export_File_RunsAlone(string name, GraphForm form, GraphPrecision precision)
    {
        using var folder = new TempFolder();
        var golden = Golden.Own(name);
        var file = folder["model.onnx"];
        using (var graph = EncoderGraph.Build(golden.Folder, golden.Options(form, precision)))
        {
            graph.Export(file, GraphExport.LargestInline);
        }

        using var session = new GraphSession(file);

        Assert.InRange(golden.Difference(session), 0, precision == GraphPrecision.Float32 ? 1e-4 : 3e-2);
        Assert.Equal([file], Directory.GetFiles(folder.Path));
    }

    [Theory]
    [InlineData("bert-base-sharded", GraphPrecision.Float32)]
    [InlineData("mpnet-base", GraphPrecision.Float16)]
    public void Weights_GivenAsExternalInitializers_GiveTheSameNumbers(string name, GraphPrecision precision)
    {
        var golden = Golden.Own(name);
        using var graph = EncoderGraph.Build(golden.Folder, golden.Options(GraphForm.Fused, precision));
        using var session = new GraphSession(graph, external: true);

        Assert.InRange(golden.Difference(session), 0, precision == GraphPrecision.Float32 ? 1e-4 : 3e-2);
    }

    [Fact]
    public void Build_Float32Checkpoint_CopiesNoLargeWeight()
    {
        var golden = Golden.Own("bert-qa");
        using var graph = EncoderGraph.Build(golden.Folder, golden.Options(GraphForm.Plain));

        Assert.NotEmpty(graph.Weights);
        Assert.All(graph.Weights, weight => Assert.True(weight.IsMapped, weight.Name));
    }

    [Fact]
    public void Build_Bert_SaysWhatItBuilt()
    {
        var golden = Golden.Own("bert-base-sharded");
        using var graph = EncoderGraph.Build(golden.Folder, new GraphOptions { Pooler = true });

        Assert.Equal(("bert", GraphHead.None, 24), (graph.Family, graph.Head, graph.HiddenSize));
        Assert.Equal(["input_ids", "token_type_ids", "attention_mask"], graph.Inputs.Select(port => port.Name));
        Assert.Equal(["last_hidden_state", "pooler_output"], graph.Outputs.Select(port => port.Name));
    }

    [Fact]
    public void Build_Roberta_KeepsReservedPositionsFree()
    {
        var golden = Golden.Own("roberta-base-pad-inside");
        using var graph = EncoderGraph.Build(golden.Folder, golden.Options(GraphForm.Plain));

        Assert.Equal(golden.Config.GetProperty("max_position_embeddings").GetInt32() - 2, graph.MaxPositions);
    }
}
