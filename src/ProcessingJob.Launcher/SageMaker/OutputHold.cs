using System.Globalization;
using ProcessingJob.Contract;
using ProcessingJob.Storage;

namespace ProcessingJob.Launcher.SageMaker;

/// <summary>
/// One job at a time writes to an output on S3. Who is about to start one writes its name under the next number; S3 lets one of several
/// win, and the others learn the name. A job that has ended holds nothing.
/// </summary>
sealed class OutputHold(S3Store output, IProcessingJobs jobs, TimeProvider time)
{
    const string Folder = ".pjob/holders/";

    /// <summary>How long after the name was written the job may not be there yet: as long as a submitter is patient.</summary>
    static readonly TimeSpan Starting = TimeSpan.FromMinutes(15);
    readonly HashSet<string> _own = new(StringComparer.Ordinal);

    /// <param name="job">The job that is about to be started.</param>
    /// <param name="force">Take the output from a job that has it.</param>
    /// <param name="cancellationToken">Ends it; what is written holds for <see cref="Starting"/> at most.</param>
    /// <exception cref="PJobException">BadSpec: another job has the output, and is named.</exception>
    public async Task TakeAsync(string job, bool force, CancellationToken cancellationToken)
    {
        while (true)
        {
            var (number, holder) = await LastAsync(cancellationToken).ConfigureAwait(false);
            if (holder?.Job == job)
            {
                return;
            }

            if (!force)
            {
                await RefuseOtherAsync(holder, cancellationToken).ConfigureAwait(false);
            }

            var path = Folder + (number + 1).ToString("000000", CultureInfo.InvariantCulture) + ".json";
            var own = ContractJson.Write(new Holder(job, time.GetUtcNow()));
            if (await output.TryCreateAsync(path, own, cancellationToken).ConfigureAwait(false))
            {
                _own.Add(job);
                return;
            }
        }
    }

    /// <summary>The same question without taking it: somebody else will start the job, at any time.</summary>
    /// <exception cref="PJobException">BadSpec: another job has the output, and is named.</exception>
    public async Task CheckAsync(CancellationToken cancellationToken) =>
        await RefuseOtherAsync((await LastAsync(cancellationToken).ConfigureAwait(false)).Holder, cancellationToken).ConfigureAwait(false);

    /// <summary>The job that writes to the output now; null: none.</summary>
    public async Task<JobDescription?> RunningAsync(CancellationToken cancellationToken) =>
        (await LastAsync(cancellationToken).ConfigureAwait(false)).Holder is { } holder
        && await jobs.DescribeAsync(holder.Job, cancellationToken).ConfigureAwait(false) is { IsTerminal: false } running
            ? running
            : null;

    async Task<(int Number, Holder? Holder)> LastAsync(CancellationToken cancellationToken)
    {
        string? last = null;
        await foreach (var file in output.ListAsync(Folder, cancellationToken).ConfigureAwait(false))
        {
            last = string.CompareOrdinal(file.Path, last) > 0 ? file.Path : last;
        }

        return
            last is not null
            && int.TryParse(Path.GetFileNameWithoutExtension(last), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? (
                number,
                await output.ReadAsync(last, cancellationToken).ConfigureAwait(false) is { } json
                    ? ContractJson.Read<Holder>(json, $"{output.Location}/{last}")
                    : null
            )
            : (0, null);
    }

    async Task RefuseOtherAsync(Holder? holder, CancellationToken cancellationToken)
    {
        if (holder is null || _own.Contains(holder.Job))
        {
            return;
        }

        var running = await jobs.DescribeAsync(holder.Job, cancellationToken).ConfigureAwait(false);
        if (running is null ? time.GetUtcNow() - holder.At < Starting : !running.IsTerminal)
        {
            throw new PJobException(
                $"output.data: the job {holder.Job} {(running is null ? "is being started" : "is running")} and writes to "
                    + $"{output.Location}; fix: wait for its end (pjob logs -f {holder.Job}), or choose another output.data",
                ExitCode.BadSpec
            );
        }
    }

    sealed record Holder(string Job, DateTimeOffset At);
}
