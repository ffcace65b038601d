using System.Diagnostics;
using System.Globalization;
using ProcessingJob.Contract.Container;
using ProcessingJob.Launcher.Local;
using ProcessingJob.Testing;

namespace ProcessingJob.Launcher.Tests.Local;

public sealed class LeftoverWorkerTests : IDisposable
{
    readonly TempFolder _root = new();

    public LeftoverWorkerTests() => Assert.SkipUnless(OperatingSystem.IsLinux(), "leftover workers are found on Linux");

    public void Dispose() => _root.Dispose();

    [Fact]
    public async Task StopAsync_WorkerUnderThisRoot_IsEndedThoughItIsStopped()
    {
        using var worker = Start("sleep 300", _root[""]);
        await Programs.SignalAsync(worker.Id, "STOP");
        await StopAsync();
        await worker.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(137, worker.ExitCode);
    }

    [Fact]
    public async Task StopAsync_ForgedIdFile_EndsNobody()
    {
        using var other = Start("sleep 300", "/elsewhere");
        var started = new DateTimeOffset(other.StartTime.ToUniversalTime()).ToUnixTimeSeconds();
        _root.Write("worker.pid", string.Create(CultureInfo.InvariantCulture, $"{other.Id} {started}"));
        await StopAsync();
        Assert.False(other.HasExited);
        other.Kill();
    }

    [Fact]
    public async Task StopAsync_ZombieNobodyAsksFor_IsNotWaitedFor()
    {
        // The worker ends as a child of a process that never asks for its children.
        using var parent = Start($"{ContainerPaths.RootVariable}={_root[""]} sleep 0.01 & exec sleep 300", "/elsewhere");
        await Programs.ZombieOfAsync(parent.Id);
        await StopAsync();
        parent.Kill();
    }

    Task StopAsync() => LeftoverWorker.StopAsync(_root[""], TimeProvider.System, TestContext.Current.CancellationToken);

    static Process Start(string command, string root)
    {
        var start = new ProcessStartInfo("sh", ["-c", command.Contains('&') ? command : "exec " + command]);
        start.Environment[ContainerPaths.RootVariable] = root;
        return Process.Start(start)!;
    }

    static class Programs
    {
        public static async Task SignalAsync(int id, string signal)
        {
            using var kill = Process.Start("kill", [$"-{signal}", id.ToString(CultureInfo.InvariantCulture)]);
            await kill.WaitForExitAsync();
        }

        public static async Task ZombieOfAsync(int parent)
        {
            while (true)
            {
                foreach (var file in Directory.EnumerateDirectories("/proc").Select(f => Path.Combine(f, "stat")).Where(File.Exists))
                {
                    try
                    {
                        var state = File.ReadAllText(file);
                        if (state[(state.LastIndexOf(')') + 2)..].StartsWith($"Z {parent} ", StringComparison.Ordinal))
                        {
                            return;
                        }
                    }
                    catch (IOException)
                    {
                        // It has gone.
                    }
                }

                await Task.Yield();
            }
        }
    }
}
