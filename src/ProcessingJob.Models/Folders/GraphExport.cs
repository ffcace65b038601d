using ProcessingJob.Contract;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Models.Families;
using ProcessingJob.Models.Graphs;
using ProcessingJob.Models.Modules;
using ProcessingJob.Models.Onnx;

namespace ProcessingJob.Models.Folders;

/// <summary>
/// Writes the graph that is built over a folder's safetensors as an .onnx file of its own, of ONNX's operators alone: any runtime loads
/// it. Its outputs are those of the encoder or of its head; what modules do after it stays in the folder.
/// </summary>
public static class GraphExport
{
    /// <summary>
    /// Largest weights that stand in the file itself: protobuf's limit for one message, with room for all but the weights.
    /// </summary>
    public const long LargestInline = int.MaxValue - (64L << 20);

    /// <param name="folder">The model folder.</param>
    /// <param name="file">The file to write; nothing may be there.</param>
    /// <param name="precision">Of the weights and of what flows between layers; outputs are float32.</param>
    /// <param name="largestInline">Beyond so many bytes the weights go to <c>{file}.data</c> beside it.</param>
    /// <returns>The graph's outputs, and the files written.</returns>
    /// <exception cref="PJobException">Model: no graph can be built of the folder. BadSpec: a file is in the way.</exception>
    public static (IReadOnlyList<GraphValue> Outputs, IReadOnlyList<string> Files) Write(
        string folder,
        string file,
        GraphPrecision precision,
        long largestInline = LargestInline
    )
    {
        var data = file + ".data";
        if (File.Exists(file) || File.Exists(data))
        {
            throw new PJobException(
                $"{(File.Exists(file) ? file : data)} exists already; fix: remove it, or name another",
                ExitCode.BadSpec
            );
        }

        var (encoder, options) = EncoderOf(folder);
        using var graph = EncoderGraph.Build(encoder, options with { Precision = precision });
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(file))!);
        try
        {
            graph.Export(file, largestInline);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            File.Delete(file);
            File.Delete(data);
            throw new PJobException($"{file}: cannot be written: {FileFault.Of(e)}", ExitCode.Failed, e);
        }

        return (
            [.. graph.Outputs.Select(o => new GraphValue(o.Name, (int)o.Type, [.. o.Dimensions.Select(Size)]))],
            File.Exists(data) ? [file, data] : [file]
        );

        static long Size(string dimension) => long.TryParse(dimension, out var size) ? size : -1;
    }

    static (string Folder, GraphOptions Options) EncoderOf(string folder)
    {
        if (!File.Exists(Path.Combine(folder, "modules.json")))
        {
            return (folder, new GraphOptions());
        }

        var sentence = SentenceFolder.Open(folder);
        if (sentence.Kind == FolderKind.SentenceTransformer)
        {
            var route = EmbedRoute.Of(sentence, TextRole.None);
            return route.Encoder is TransformerModule encoder
                ? (encoder.Folder, route.GraphOptions)
                : throw ModelError.Refuse(folder, $"is a {route.Encoder.Name}, a table of tokens, which is no graph");
        }

        return sentence.Modules.OfType<TransformerModule>().FirstOrDefault() is { } transformer
            ? (transformer.Folder, new GraphOptions())
            : throw ModelError.Refuse(
                folder,
                $"has no Transformer among its modules: {string.Join(", ", sentence.Modules.Select(m => m.Name))}"
            );
    }
}
