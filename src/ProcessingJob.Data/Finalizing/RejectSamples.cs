using System.Globalization;
using System.Text;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Output;
using ProcessingJob.Storage;

namespace ProcessingJob.Data.Finalizing;

/// <summary>The first few rejects of an output, as a failure shows them.</summary>
public static class RejectSamples
{
    const int Count = 3;

    public static async Task<IReadOnlyList<Reject>> ReadAsync(
        IOutputStore output,
        IEnumerable<UnitRecord> records,
        CancellationToken cancellationToken = default
    )
    {
        var samples = new List<Reject>();
        foreach (var file in records.Select(r => r.RejectFile).OfType<PartRecord>())
        {
            if (samples.Count >= Count)
            {
                break;
            }

            if (await output.ReadAsync(file.Path, cancellationToken).ConfigureAwait(false) is not { } content)
            {
                continue;
            }

            var lines = Encoding.UTF8.GetString(content).Split('\n', Count + 1, StringSplitOptions.RemoveEmptyEntries);
            samples.AddRange(
                lines.Take(Count - samples.Count).Select(line => ContractJson.Read<Reject>(Encoding.UTF8.GetBytes(line), file.Path))
            );
        }
        return samples;
    }

    public static string Message(long rows, long rejected, double maxFraction, IReadOnlyList<Reject> samples)
    {
        var text = new StringBuilder();
        text.Append(
            CultureInfo.InvariantCulture,
            $"{rejected:N0} of {rows:N0} rows were rejected ({(double)rejected / rows:P2}), rejects.max_fraction allows {maxFraction:P2}"
        );
        foreach (var reject in samples)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n  {reject.SourceFile} row {reject.SourceRow}: {reject.Reason}: {reject.Message}");
        }

        return text.Append("\nfix: 'pjob rejects' shows all of them; correct the data, or raise rejects.max_fraction, and run again")
            .ToString();
    }
}
