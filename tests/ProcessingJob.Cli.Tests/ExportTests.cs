using System.Text.Json.Nodes;
using Microsoft.ML.OnnxRuntime;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Models.Folders;
using ProcessingJob.Models.Graphs;
using ProcessingJob.Models.Onnx;
using ProcessingJob.Testing;

namespace ProcessingJob.Cli.Tests;

public sealed class ExportTests : IDisposable
{
    static readonly string Model = Repo.File("tests", "ProcessingJob.Inference.Tests", "goldens", "pool-mean");

    readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>last_hidden_state of a few ids, by ONNX Runtime alone.</summary>
    static float[] Run(string file)
    {
        using var session = new InferenceSession(file);
        long[] ids = [2, 7, 9, 11, 3];
        var inputs = session.InputMetadata.Keys.ToDictionary(
            name => name,
            name =>
                OrtValue.CreateTensorValueFromMemory(
                    name == "input_ids" ? ids
                        : name == "attention_mask" ? [1L, 1, 1, 1, 1]
                        : new long[5],
                    [1, 5]
                )
        );
        using var outputs = session.Run(new RunOptions(), inputs, ["last_hidden_state"]);
        return outputs[0].GetTensorDataAsSpan<float>().ToArray();
    }

    [Fact]
    public async Task Export_Float32AndFloat16_LoadInOnnxRuntimeAloneAndAgree()
    {
        var full = await PjobRun.RunAsync("model", "export", Model, "-o", _folder["a", "model.onnx"], "--json");
        Assert.True(full.ExitCode == 0, full.Error);
        var json = JsonNode.Parse(full.Out)!;
        Assert.Equal(("float32", "last_hidden_state"), ((string?)json["precision"], (string?)json["outputs"]![0]));
        var half = await PjobRun.RunAsync("model", "export", Model, "-o", _folder["b", "model.onnx"], "--precision", "float16");
        Assert.True(half.ExitCode == 0, half.Error);
        Assert.Contains("float16", half.Out, StringComparison.Ordinal);

        // The folder's own numbers are held to sentence-transformers' elsewhere; here the file stands in for them.
        var expected = Run(_folder["a", "model.onnx"]);
        Assert.True(expected.Max(Math.Abs) > 0.1);
        var found = Run(_folder["b", "model.onnx"]);
        var largest = expected.Zip(found, (x, y) => Math.Abs(x - y)).Max();
        Assert.InRange(largest, 1e-7, 0.02);
        Assert.Equal(WeightPrecision.Float16, OnnxSummaryReader.Read(_folder["b", "model.onnx"]).Precision);
        Assert.Single(Directory.GetFiles(_folder["a"]));
    }

    [Fact]
    public void Export_WeightsBeyondTheLimit_StandBesideTheFile()
    {
        GraphExport.Write(Model, _folder["inline.onnx"], GraphPrecision.Float32);
        var (_, files) = GraphExport.Write(Model, _folder["model.onnx"], GraphPrecision.Float32, largestInline: 1_000);
        Assert.Equal([_folder["model.onnx"], _folder["model.onnx.data"]], files);
        Assert.True(new FileInfo(files[1]).Length > new FileInfo(files[0]).Length);

        // It must be found from the file's folder, wherever that is moved.
        Directory.CreateDirectory(_folder["moved"]);
        File.Move(files[0], _folder["moved", "model.onnx"]);
        File.Move(files[1], _folder["moved", "model.onnx.data"]);
        Assert.Equal(Run(_folder["inline.onnx"]), Run(_folder["moved", "model.onnx"]));
    }

    [Fact]
    public async Task Export_ThenRunByTheFile_GivesTheFoldersEmbeddings()
    {
        _folder.Copy(Model, "model");
        Assert.Equal(0, (await PjobRun.RunAsync("model", "export", Model, "-o", _folder["model", "onnx", "model.onnx"])).ExitCode);
        var job = new JobSpec { Task = TaskKind.Embed };
        var built = await Queries.VectorAsync(job, Model, "a text", null, TestContext.Current.CancellationToken);
        File.Delete(_folder["model", "model.safetensors"]);
        var file = await Queries.VectorAsync(job, _folder["model"], "a text", null, TestContext.Current.CancellationToken);
        Assert.All(built.Zip(file), pair => Assert.Equal(pair.First, pair.Second, 1e-6f));
    }

    [Fact]
    public async Task Export_WhatCannotBe_IsRefusedByName()
    {
        _folder.Write("there.onnx", "");
        var there = await PjobRun.RunAsync("model", "export", Model, "-o", _folder["there.onnx"]);
        Assert.Equal(2, there.ExitCode);
        Assert.Contains("exists already", there.Error, StringComparison.Ordinal);
        Assert.Equal("", File.ReadAllText(_folder["there.onnx"]));

        StaticModel.Write(_folder, "static");
        var table = await PjobRun.RunAsync("model", "export", _folder["static"], "-o", _folder["new.onnx"]);
        Assert.Equal(4, table.ExitCode);
        Assert.Contains("a table of tokens", table.Error, StringComparison.Ordinal);
        var onnx = await PjobRun.RunAsync("model", "export", ModelCache.Get(new()), "-o", _folder["new.onnx"]);
        Assert.Equal(4, onnx.ExitCode);
        Assert.Contains("safetensors", onnx.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(_folder["new.onnx"]));
    }
}
