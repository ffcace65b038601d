using Microsoft.ML.OnnxRuntime;
using ProcessingJob.Models.Folders;
using ProcessingJob.Tokenization;

namespace ProcessingJob.Inference.Devices;

/// <summary>Runs a session once on one encoding, without the buffers that a device keeps.</summary>
static class GraphRun
{
    /// <param name="model">The folder.</param>
    /// <param name="graph">What the session was opened over.</param>
    /// <param name="session">The session.</param>
    /// <param name="block">Encodings.</param>
    /// <param name="encoding">Which of them.</param>
    /// <param name="outputs">Names; their values come in this order, and the caller disposes them.</param>
    public static IDisposableReadOnlyCollection<OrtValue> Outputs(
        ModelFolder model,
        ModelGraph graph,
        InferenceSession session,
        EncodingBuffer block,
        int encoding,
        IReadOnlyCollection<string> outputs
    )
    {
        var length = block.Length(encoding);
        var inputs = new EncoderInputs(graph, model.Config.PadId, model.Config.FirstPosition, length);
        inputs.Fill(new Batch(block, [encoding], length));
        var given = inputs.Views(1, length);
        using var options = new RunOptions();
        try
        {
            return session.Run(options, inputs.Names, given, outputs);
        }
        finally
        {
            foreach (var value in given)
            {
                value.Dispose();
            }
        }
    }
}
