using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;
using ProcessingJob.Testing;

namespace ProcessingJob.Cli.Tests;

/// <summary>Headless Chromium, where it is installed.</summary>
static partial class Browser
{
    static readonly string? Program = Tool.Find("chromium") ?? Tool.Find("chromium-browser") ?? Tool.Find("google-chrome");

    public static bool TryFind([NotNullWhen(false)] out string? skipReason)
    {
        skipReason = Program is null ? "Chromium is not installed." : null;
        return skipReason is null;
    }

    /// <summary>Opens a file and returns its document after the scripts ran, with what the console said: errors of scripts and of loading.</summary>
    public static async Task<(string Document, IReadOnlyList<string> Console)> OpenAsync(string file, CancellationToken cancellation)
    {
        using var profile = new TempFolder();
        string[] arguments =
        [
            "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
            "--disable-sync", "--enable-logging=stderr", "--log-level=0", $"--user-data-dir={profile.Path}", "--dump-dom", new Uri(file).AbsoluteUri,
        ];
        using var process = Process.Start(new ProcessStartInfo(Program!, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        try
        {
            var errors = process.StandardError.ReadToEndAsync(cancellation);
            var document = await process.StandardOutput.ReadToEndAsync(cancellation);
            await process.WaitForExitAsync(cancellation);
            return (document, [.. (await errors).Split('\n').Where(l => ConsoleLine().IsMatch(l))]);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    [GeneratedRegex(@"CONSOLE[:(]")]
    private static partial Regex ConsoleLine();
}
