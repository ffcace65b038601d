using System.Diagnostics;
using System.Runtime.InteropServices;
using ProcessingJob.Testing;

namespace ProcessingJob.Benchmarks;

/// <summary>
/// These benchmarks published as the image's worker is: self-contained and compiled ahead, because compiling at run time is a second of
/// every process that the image does not spend.
/// </summary>
static class Published
{
    static readonly Lazy<string> Once = new(Publish);

    /// <summary>The program, made anew once a run.</summary>
    public static string Program => Once.Value;

    static string Publish()
    {
        var folder = Repo.File("out", "benchmarks", "published");
        var start = new ProcessStartInfo(
            "dotnet",
            [
                "publish",
                Repo.File("tests", "ProcessingJob.Benchmarks"),
                "--configuration",
                "Release",
                "--runtime",
                RuntimeInformation.RuntimeIdentifier,
                "--self-contained",
                "--output",
                folder,
                // Of its own: the build folders of tests hold what is made for this machine's runtime.
                "--artifacts-path",
                Repo.File("out", "benchmarks", "build"),
                "--verbosity",
                "quiet",
                // As in docker/Dockerfile.
                "-p:PublishReadyToRun=true",
                // Programs that tests refer to come along more than once.
                "-p:ErrorOnDuplicatePublishOutputFiles=false",
                "-p:RunAnalyzers=false",
                "-nodeReuse:false",
            ]
        )
        {
            RedirectStandardOutput = true,
        };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? Path.Combine(folder, "ProcessingJob.Benchmarks")
            : throw new InvalidOperationException($"dotnet publish ended with {process.ExitCode}: {output}");
    }
}
