using ProcessingJob.Contract;
using ProcessingJob.Contract.Output;
using ProcessingJob.Models.Folders;
using ProcessingJob.Models.Onnx;
using ProcessingJob.Tokenization;

namespace ProcessingJob.Inference.Devices;

/// <summary>Learns where a graph runs: of a file from a profiled run, of a graph built here from the graph itself.</summary>
static class PlacementProbe
{
    const int Rows = 2;
    const int Length = 16;

    /// <exception cref="PJobException">Model: the model's work would fall to the CPU.</exception>
    public static (GraphPlacement Counts, IReadOnlyList<string> Warnings) Run(
        ModelFolder model,
        ModelGraph graph,
        OutputHead head,
        OrtSettings settings,
        int maxLength
    )
    {
        var path = graph.Source.Path;
        return graph.Bytes is { } built
            ? (OfBuilt(OnnxNodes.Read(built)), [])
            : PlacementCheck.Check(
                Profile(model, graph, head, settings, Math.Min(Length, maxLength)),
                OnnxNodes.Read(path),
                settings.Profile.Provider,
                path
            );
    }

    /// <summary>The session is opened without any fallback, so that all of its nodes are on the device or it does not open.</summary>
    public static GraphPlacement OfBuilt(OnnxNodes graph) =>
        new()
        {
            OnDevice = graph.All.Count,
            FusedAttention = graph.All.Count(n => AttentionOperators.Contain(n.Operation)),
            UnfusedAttention = graph.All.Count(n => n.Operation == "Softmax"),
        };

    /// <summary>One run of two short texts in a session of its own.</summary>
    public static IReadOnlyList<ProfiledNode> Profile(
        ModelFolder model,
        ModelGraph graph,
        OutputHead head,
        OrtSettings settings,
        int length
    )
    {
        var folder = Directory.CreateTempSubdirectory("pjob-profile-");
        try
        {
            using var device = new OrtDevice(
                model,
                graph,
                head,
                settings with
                {
                    ProfilePrefix = Path.Combine(folder.FullName, "run"),
                },
                1,
                Rows * length,
                readOnDevice: false
            );
            using (var runner = device.CreateRunner())
            {
                var block = new EncodingBuffer();
                for (var row = 0; row < Rows; row++)
                {
                    block.Add(new int[length - row]);
                }

                runner.Run(new Batch(block, [0, 1], length), new float[Rows * head.Output.Floats(length)]);
            }

            return RunProfile.Read(File.ReadAllBytes(device.Session.EndProfiling()));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
