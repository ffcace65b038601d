using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;

namespace ProcessingJob.Testing;

/// <summary>Runs the peers in tests/reference.</summary>
public static class Node
{
    static readonly string Folder = Repo.File("tests", "reference");

    /// <summary>Finds node and the installed packages of tests/reference, or says why a test must be skipped.</summary>
    public static bool TryFind([NotNullWhen(false)] out string? skipReason)
    {
        skipReason =
            Tool.Find("node") is null ? "node is not on PATH."
            : !Directory.Exists(Path.Combine(Folder, "node_modules"))
                ? "tests/reference has no packages: run `npm ci --ignore-scripts` there."
            : null;
        return skipReason is null;
    }

    /// <summary>
    /// Runs <paramref name="script"/> (a name in tests/reference), with <paramref name="input"/> as its stdin, and returns its stdout;
    /// a failure throws with its stderr.
    /// </summary>
    public static async Task<string> RunAsync(
        string script,
        IEnumerable<string> arguments,
        string input = "",
        CancellationToken cancellationToken = default
    )
    {
        var start = new ProcessStartInfo("node", [Path.Combine(Folder, script), .. arguments])
        {
            WorkingDirectory = Folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["ORT_DISABLE_TELEMETRY"] = "1";
        using var process = Process.Start(start)!;
        try
        {
            await process.StandardInput.WriteAsync(input.AsMemory(), cancellationToken);
            process.StandardInput.Close();
            var error = process.StandardError.ReadToEndAsync(cancellationToken);
            var output = await process.StandardOutput.ReadToEndAsync(cancellationToken);
            await process.WaitForExitAsync(cancellationToken);
            if (process.ExitCode != 0)
            {
                throw new InvalidOperationException($"{script} ended with {process.ExitCode}:\n{await error}");
            }

            return output;
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }
}
