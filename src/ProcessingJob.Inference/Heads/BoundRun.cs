using Microsoft.ML.OnnxRuntime;

namespace ProcessingJob.Inference.Heads;

/// <summary>Runs of a head's own graph over bound memory.</summary>
static class BoundRun
{
    /// <summary>Runs what is bound and lets go of it: a binding keeps what it holds on the device.</summary>
    public static void RunOnce(this InferenceSession session, RunOptions options, OrtIoBinding binding)
    {
        try
        {
            session.RunWithBinding(options, binding);
            binding.SynchronizeBoundOutputs();
        }
        finally
        {
            binding.ClearBoundInputs();
            binding.ClearBoundOutputs();
        }
    }
}
