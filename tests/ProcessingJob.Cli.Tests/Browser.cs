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

    /// <summary>
    /// Opens a file and returns its document after the scripts ran (with what they wait for), and what the console said: errors of scripts
    /// and of loading.
    /// </summary>
    public static async Task<(string Document, IReadOnlyList<string> Console)> OpenAsync(
        string file,
        int width,
        CancellationToken cancellationToken,
        bool waits = false
    )
    {
        string[] patience = waits ? ["--virtual-time-budget=20000"] : [];
        var (output, errors) = await RunAsync(
            [
                .. patience,
                "--enable-logging=stderr",
                "--log-level=0",
                $"--window-size={width},900",
                "--dump-dom",
                new Uri(file).AbsoluteUri,
            ],
            cancellationToken
        );
        return (output, [.. errors.Split('\n').Where(l => ConsoleLine().IsMatch(l))]);
    }

    /// <summary>Takes a picture of a file's first <paramref name="height"/> pixels.</summary>
    public static Task ScreenshotAsync(
        string file,
        string picture,
        bool dark,
        int width,
        int height,
        CancellationToken cancellationToken
    ) =>
        RunAsync(
            [
                "--hide-scrollbars",
                $"--blink-settings=preferredColorScheme={(dark ? 0 : 1)}",
                $"--window-size={width},{height}",
                $"--screenshot={picture}",
                new Uri(file).AbsoluteUri,
            ],
            cancellationToken
        );

    static async Task<(string Out, string Error)> RunAsync(string[] arguments, CancellationToken cancellationToken)
    {
        using var profile = new TempFolder();
        string[] common =
        [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            $"--user-data-dir={profile.Path}",
        ];
        using var process = Process.Start(
            new ProcessStartInfo(Program!, [.. common, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true }
        )!;
        try
        {
            var errors = process.StandardError.ReadToEndAsync(cancellationToken);
            var output = await process.StandardOutput.ReadToEndAsync(cancellationToken);
            await process.WaitForExitAsync(cancellationToken);
            return (output, await errors);
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
