using Microsoft.ML.OnnxRuntime;
using ProcessingJob.Contract;
using ProcessingJob.Inference.Devices;
using ProcessingJob.Models.Folders;
using ProcessingJob.Models.Onnx;
using ProcessingJob.Tokenization;

namespace ProcessingJob.Inference.Heads;

/// <summary>Learns by running an ONNX file once what it does not say of an output: how many dimensions, how wide.</summary>
static class OutputProbe
{
    /// <summary>Dimensions of an output for one text of two tokens; as the file states them where it does in full.</summary>
    /// <exception cref="PJobException">Model: ONNX Runtime cannot run the file.</exception>
    public static long[] Shape(ModelFolder model, ModelSource file, GraphValue output)
    {
        if (output.Dimensions is [_, > 0] or [_, _, > 0])
        {
            return output.Dimensions;
        }

        var block = new EncodingBuffer();
        block.Add([0, 0]);
        try
        {
            using var graph = file.Open();
            using var options = new OrtSettings { Profile = DeviceProfile.Cpu, Optimize = false }.ToSessionOptions(allOnDevice: false);
            using var session = new InferenceSession(file.Path, options);
            using var values = GraphRun.Outputs(model, graph, session, block, 0, [output.Name]);
            return values[0].GetTensorTypeAndShape().Shape;
        }
        catch (OnnxRuntimeException e)
        {
            throw new PJobException(
                $"{file.Path}: ONNX Runtime cannot run it, to see the shape of {output.Name}: {e.Message}",
                ExitCode.Model,
                e
            );
        }
    }
}
