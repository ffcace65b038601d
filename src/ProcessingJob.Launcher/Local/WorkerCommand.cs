using System.Diagnostics;
using System.Runtime.InteropServices;
using ProcessingJob.Contract;

namespace ProcessingJob.Launcher.Local;

/// <summary>How the worker is started on this machine.</summary>
public sealed record WorkerCommand(string FileName, IReadOnlyList<string> Arguments)
{
    /// <summary>Path of another worker: an executable or a .dll.</summary>
    public const string Variable = "PROCESSINGJOB_WORKER";

    const string FileNameOfWorker = "ProcessingJob.Worker.dll";

    /// <summary>
    /// The worker that <see cref="Variable"/> names, or the one in the folder <c>worker</c> of this program, or the one beside this
    /// program, where building a project that refers to ProcessingJob.Worker puts it.
    /// </summary>
    /// <exception cref="PJobException">Exit code 1: it is not there.</exception>
    public static WorkerCommand Find() => At(Environment.GetEnvironmentVariable(Variable));

    internal static WorkerCommand At(string? given)
    {
        string[] places = given is { Length: > 0 }
            ? [Path.GetFullPath(given)]
            : [InBase("worker", FileNameOfWorker), InBase(FileNameOfWorker)];
        if (Array.Find(places, File.Exists) is not { } path)
        {
            throw new PJobException(
                $"the worker is not at {places[0]}; "
                    + (
                        given is { Length: > 0 }
                            ? $"{Variable} names it"
                            : $"build pjob as a whole, refer to the project ProcessingJob.Worker, or name the worker in {Variable}"
                    )
            );
        }
        return !path.EndsWith(".dll", StringComparison.OrdinalIgnoreCase) ? new(path, [])
            : OwnProgram(path) is { } program ? new(program, [])
            : new(DotnetHost(), [path]);
    }

    /// <summary>The worker's program where it carries its own runtime, as beside a self-contained pjob; null: it needs dotnet.</summary>
    static string? OwnProgram(string assembly)
    {
        var program = Path.ChangeExtension(assembly, null);
        var config = Path.ChangeExtension(assembly, ".runtimeconfig.json");
        // https://learn.microsoft.com/dotnet/core/deploying: only a self-contained program lists frameworks that it includes.
        return
            File.Exists(program)
            && File.Exists(config)
            && File.ReadAllText(config).Contains("\"includedFrameworks\"", StringComparison.Ordinal)
            ? program
            : null;
    }

    public ProcessStartInfo ToStartInfo()
    {
        var start = new ProcessStartInfo(FileName)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        foreach (var argument in Arguments)
        {
            start.ArgumentList.Add(argument);
        }

        return start;
    }

    static string InBase(params ReadOnlySpan<string> parts) => Path.Combine([AppContext.BaseDirectory, .. parts]);

    // The host that runs this program, wherever it was unpacked: …/dotnet above …/shared/Microsoft.NETCore.App/10.0.1/.
    static string DotnetHost()
    {
        var host = Path.GetFullPath(
            Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet")
        );
        return File.Exists(host) ? host : "dotnet";
    }
}
