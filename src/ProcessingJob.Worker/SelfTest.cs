using ProcessingJob.Contract;
using ProcessingJob.Contract.Container;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Inference.Devices;
using ProcessingJob.Inference.Verification;
using ProcessingJob.Models.Folders;
using ProcessingJob.Tokenization;
using Serilog;

namespace ProcessingJob.Worker;

/// <summary>
/// <c>--self-test</c>: what this container can do: cores, memory, device, numeric checks and throughput of the model in input/model.
/// </summary>
static class SelfTest
{
    /// <returns>Done, or Model when a numeric check fails or the model cannot be used.</returns>
    public static ExitCode Run(ContainerPaths paths, ILogger log, TextWriter output)
    {
        output.WriteLine($"cores     {Environment.ProcessorCount}");
        output.WriteLine($"memory    {GC.GetGCMemoryInfo().TotalAvailableMemoryBytes >> 20} MiB");
        var (type, gpus) = HostDevice.Of(ResourceConfig.Read(paths.ResourceConfigFile), paths);
        var host = HostDevice.Check(new JobSpec(), type, gpus, DeviceCheck.Run);
        output.WriteLine($"type      {type ?? "not told"}");
        output.WriteLine($"gpu       {host.Gpu?.ToString() ?? "none"}");
        if (!Directory.Exists(paths.Model))
        {
            output.WriteLine($"model     none in {paths.Model}: mount one to check it");
            return ExitCode.Done;
        }
        var spec = new JobSpec
        {
            Task = ModelFolder.Open(paths.Model).Task,
            Compute = new() { Device = host.Kind },
        };
        using var model = LoadedModel.Load(spec, null, paths, log);
        var (folder, options) = model.Run!.Value;
        output.WriteLine($"device    {model.Engine!.DeviceSummary}");
        var failed = false;
        foreach (var check in ModelVerifier.Verify(folder, options))
        {
            failed |= !check.Passed;
            output.WriteLine(
                $"{(check.Passed ? "ok  " : "FAIL")}      {check.Name}: cosine min {check.MinCosine:0.0000000}, mean "
                    + $"{check.MeanCosine:0.0000000}; at least {check.Required}"
            );
        }
        var texts = new EncodingBuffer();
        var encoder = model.CreateEncoder();
        for (var i = 0; i < 256; i++)
        {
            encoder.Encode(string.Concat(Enumerable.Repeat("a text of some length, ", 1 + i % 16)), texts);
        }

        foreach (var result in ModelVerifier.Tune(folder, options, texts))
        {
            output.WriteLine($"{result.TokenBudget, 6} tokens per batch: {result.TokensPerSecond, 9:0} tokens/s");
        }

        return failed ? ExitCode.Model : ExitCode.Done;
    }
}
