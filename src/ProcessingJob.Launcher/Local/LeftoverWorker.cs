using System.Globalization;
using System.Text;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Container;
using ProcessingJob.Storage;

namespace ProcessingJob.Launcher.Local;

/// <summary>
/// Workers of a launcher that was killed. They end by themselves when their standard input does; one that cannot (it was stopped by
/// a signal, or waits for a disk) is found by the variable that names its root, and ended before the next run touches that root.
/// </summary>
/// <remarks>Found on Linux only, where the system shows the environment of one's own processes. Nothing in the output is trusted.</remarks>
static class LeftoverWorker
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <exception cref="PJobException">A worker under this root does not end.</exception>
    public static async Task StopAsync(string root, TimeProvider time, CancellationToken cancellationToken)
    {
        foreach (var id in Find(root))
        {
            Libc.Signal(id, Libc.SigKill);
            var start = time.GetTimestamp();
            while (IsOurs(id, root))
            {
                if (time.GetElapsedTime(start) > Patience)
                {
                    throw new PJobException(
                        $"process {id}: a worker of an earlier run into this output does not end; fix: end it (kill -9 {id}) and run again"
                    );
                }

                await Task.Delay(Pause, time, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Processes of this user with the root in their environment.</summary>
    static IReadOnlyList<int> Find(string root) =>
        OperatingSystem.IsLinux()
            ?
            [
                .. Directory
                    .EnumerateDirectories("/proc")
                    .Select(folder => int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var id) ? id : 0)
                    .Where(id => id > 0 && id != Environment.ProcessId && IsOurs(id, root)),
            ]
            : [];

    // A process that has ended stays as a zombie until its parent asks, which the first process of many containers never does.
    static bool IsOurs(int id, string root)
    {
        try
        {
            if (Libc.Status($"/proc/{id}")?.Owner != Libc.Status("/proc/self")?.Owner)
            {
                return false;
            }

            var variable = $"{ContainerPaths.RootVariable}={root}";
            var state = File.ReadAllText($"/proc/{id}/stat");
            return state[(state.LastIndexOf(')') + 2)..][0] is not ('Z' or 'X')
                && Encoding.UTF8.GetString(File.ReadAllBytes($"/proc/{id}/environ")).Split('\0').Contains(variable);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It has ended meanwhile, or is not ours to look at.
            return false;
        }
    }
}
