using ProcessingJob.Contract;
using ProcessingJob.Launcher.Progress;
using ProcessingJob.Storage;

namespace ProcessingJob.Launcher.Local;

/// <summary>
/// How far a run of this machine is, for 'pjob status' in another process. Written at every report of a host, removed at the end.
/// </summary>
sealed class ProgressFile(LocalStore output, long totalBytes, TimeProvider time, IProgress<JobEvent> next) : IProgress<JobEvent>
{
    readonly ProgressMeter _meter = new(time);
    readonly Lock _lock = new();

    public void Report(JobEvent value)
    {
        if (value is HostProgressed progress)
        {
            _meter.Add(progress);
            lock (_lock)
            {
                Write();
            }
        }

        next.Report(value);
    }

    public void Remove()
    {
        lock (_lock)
        {
            File.Delete(PathIn(output));
        }
    }

    /// <summary>Null where no host has reported yet.</summary>
    public static ProgressTotals? Read(LocalStore output)
    {
        try
        {
            return ContractJson.Read<ProgressTotals>(File.ReadAllBytes(PathIn(output)), PathIn(output));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or PJobException)
        {
            return null;
        }
    }

    static string PathIn(LocalStore output) => Path.Combine(output.Location, LocalStore.PrivateFolder, "progress.json");

    // Nothing depends on it: a run on a full disk has other messages.
    void Write()
    {
        try
        {
            var path = PathIn(output);
            File.WriteAllBytes(path + ".new", ContractJson.Write(_meter.Take(totalBytes)));
            File.Move(path + ".new", path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return;
        }
    }
}
