using System.Diagnostics;
using ProcessingJob.Contract.Container;
using ProcessingJob.Launcher.Local;
using ProcessingJob.Testing;

namespace ProcessingJob.EndToEnd.Tests;

/// <summary>pjob and the worker as users start them: processes, built in the tests' own configuration.</summary>
static class Programs
{
    static readonly string Configuration = AppContext.BaseDirectory.Contains(
        $"{Path.DirectorySeparatorChar}Release{Path.DirectorySeparatorChar}",
        StringComparison.Ordinal
    )
        ? "Release"
        : "Debug";
    public static readonly string Folder = Repo.File("src", "ProcessingJob.Cli", "bin", Configuration, "net10.0");

    public static WorkerCommand Worker { get; } = new("dotnet", [Path.Combine(Folder, "worker", "ProcessingJob.Worker.dll")]);

    public static WorkerCommand Pjob { get; } = new("dotnet", [Path.Combine(Folder, "pjob.dll")]);

    public static Task<Ended> PjobAsync(params string[] arguments) =>
        (Pjob with { Arguments = [.. Pjob.Arguments, .. arguments] }).RunToEndAsync();

    /// <summary>Starts a program whose telemetry is off and whose color is not.</summary>
    public static Process Start(this WorkerCommand command, params (string Name, string Value)[] environment)
    {
        var start = command.ToStartInfo();
        start.Environment["ORT_DISABLE_TELEMETRY"] = "1";
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        var process = Process.Start(start)!;
        process.StandardInput.Close();
        return process;
    }

    public static async Task<Ended> EndAsync(this Process process)
    {
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return new(process.ExitCode, await output, await error);
    }

    /// <summary>Whether SIGINT is ignored here, and so by what is started: shells do that to what they start in the background.</summary>
    public static bool IgnoresInterrupts { get; } =
        File.ReadLines("/proc/self/status").FirstOrDefault(l => l.StartsWith("SigIgn:", StringComparison.Ordinal)) is { } line
        && (Convert.ToUInt64(line[7..].Trim(), 16) & 2) != 0;

    /// <summary>Ids of the processes that have this container root in their environment.</summary>
    public static IEnumerable<int> WorkersUnder(string root) =>
        Directory
            .EnumerateDirectories("/proc")
            .Select(folder => int.TryParse(Path.GetFileName(folder), out var id) ? id : 0)
            .Where(id => id > 0 && Environ(id).Split('\0').Contains($"{ContainerPaths.RootVariable}={root}"));

    static string Environ(int id)
    {
        try
        {
            return File.ReadAllText($"/proc/{id}/environ");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    static async Task<Ended> RunToEndAsync(this WorkerCommand command)
    {
        using var process = command.Start();
        return await process.EndAsync();
    }
}

sealed record Ended(int ExitCode, string Out, string Error);
