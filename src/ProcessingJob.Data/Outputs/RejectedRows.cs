using System.Runtime.CompilerServices;
using System.Text;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Output;
using ProcessingJob.Data.Finalizing;
using ProcessingJob.Storage;

namespace ProcessingJob.Data.Outputs;

/// <summary>The rejected rows of an output, finished or not.</summary>
public static class RejectedRows
{
    /// <summary>Those of all committed units, file by file.</summary>
    /// <exception cref="PJobException">BadSpec: it is no output. A file is damaged.</exception>
    public static async IAsyncEnumerable<Reject> ReadAsync(
        IOutputStore output,
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(output);
        await OutputRoot.CheckLayoutAsync(output, cancellationToken).ConfigureAwait(false);
        var committed = await output.ListCommittedAsync(cancellationToken).ConfigureAwait(false);
        if (committed.Count == 0)
        {
            throw new PJobException(
                $"{output.Location}: no unit is committed; expected the output of a job, its folder or s3:// URI",
                ExitCode.BadSpec
            );
        }

        var paths = new List<string>();
        await foreach (var file in output.ListAsync(OutputLayout.RejectFolder, cancellationToken).ConfigureAwait(false))
        {
            // The file of a unit that was not committed is what a dead host left; the unit is done again.
            if (OutputNames.UnitOf(file.Path) is { } unit && committed.Contains(unit))
            {
                paths.Add(file.Path);
            }
        }

        foreach (var path in paths.Order(StringComparer.Ordinal))
        {
            using var copy = await output.CopyAsync(path, cancellationToken).ConfigureAwait(false);
            foreach (var line in copy is null ? [] : File.ReadLines(copy.Path))
            {
                yield return ContractJson.Read<Reject>(Encoding.UTF8.GetBytes(line), $"{output.Location}/{path}");
            }
        }
    }
}
