using System.Globalization;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Plan;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Data.Reading;
using ProcessingJob.Storage;
using ProcessingJob.Worker.Stages;

namespace ProcessingJob.Worker;

/// <summary>
/// Ends a host as soon as the job cannot keep rejects.max_fraction any more, whatever its other rows are: hours of work on data that is
/// wrong are spared. What other hosts have rejected is not known here, so that it is sooner certain with fewer hosts.
/// </summary>
sealed class RejectLimit(JobSpec spec, WorkPlan? plan, Shard shard, IDataRoot data, RunTotals totals)
{
    /// <summary>Of more files it is not looked whether their bytes are compressed, and the job goes on to its end.</summary>
    const int MostFiles = 1_000;
    readonly long? _mostRows = plan is null ? RowBound.Of(shard.Units, spec) : plan.MostRows;
    readonly Lock _lock = new();
    Task<bool>? _isPlain;

    /// <exception cref="PJobException">Rejects: the limit cannot be kept.</exception>
    public async Task CheckAsync(CancellationToken cancellationToken)
    {
        var (rejected, rows) = (totals.Rejected, totals.RowsIn);
        var allowed = spec.Rejects.MaxFraction;
        if (rejected == 0 || (allowed > 0 && _mostRows is null))
        {
            return;
        }

        // What is read is known; of the rest no row is shorter than the shortest that can be kept.
        var most = allowed > 0 ? Math.Max(rows, _mostRows!.Value) : rows;
        if (rejected <= allowed * most || (allowed > 0 && !await IsPlainAsync(cancellationToken)))
        {
            return;
        }

        var samples = totals.Rejects().Samples.Take(3).Select(r => $"{r.SourceFile}:{r.SourceRow}: {r.Reason}: {r.Message}");
        throw new PJobException(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{rejected} of {rows} rows so far are rejected, and rejects.max_fraction {allowed} cannot be kept any more"
            )
                + (allowed > 0 ? $" (the input has at most {most} rows)" : "")
                + $": {string.Join("; ", samples)}; fix: the data ('pjob rejects' shows these rows), or raise rejects.max_fraction",
            ExitCode.Rejects
        );
    }

    // A file may be compressed under any name, and then holds more rows than its size tells.
    Task<bool> IsPlainAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return _isPlain ??= LookAsync(cancellationToken);
        }
    }

    async Task<bool> LookAsync(CancellationToken cancellationToken)
    {
        var files = shard.Units.SelectMany(u => u.Pieces).DistinctBy(u => u.Source).ToList();
        if (files.Count > MostFiles)
        {
            return false;
        }

        foreach (var unit in files)
        {
            await using var source = await data.OpenAsync(unit, cancellationToken);
            if (await InputReaders.IsCompressedAsync(source, cancellationToken))
            {
                return false;
            }
        }

        return true;
    }
}
