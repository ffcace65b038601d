using ProcessingJob.Contract;
using ProcessingJob.Contract.Output;
using ProcessingJob.Storage;

namespace ProcessingJob.Data.Finalizing;

/// <summary>The reports that hosts left in an output.</summary>
public static class HostReports
{
    /// <summary>All that can be read, by path. A report cut short by a dying host is no reason to fail.</summary>
    public static async Task<IReadOnlyList<HostReport>> ReadAsync(IOutputStore output, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(output);
        var paths = new List<string>();
        await foreach (var file in output.ListAsync(OutputLayout.ReportFolder, cancellationToken).ConfigureAwait(false))
        {
            paths.Add(file.Path);
        }

        var reports = new List<HostReport>();
        foreach (var path in paths.Order(StringComparer.Ordinal))
        {
            if (await output.ReadAsync(path, cancellationToken).ConfigureAwait(false) is { } json && Read(json, path) is { } report)
            {
                reports.Add(report);
            }
        }

        return reports;
    }

    static HostReport? Read(byte[] json, string path)
    {
        try
        {
            return ContractJson.Read<HostReport>(json, path);
        }
        catch (PJobException)
        {
            return null;
        }
    }
}
