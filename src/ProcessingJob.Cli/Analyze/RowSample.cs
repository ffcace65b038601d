using ProcessingJob.Contract;
using ProcessingJob.Contract.Plan;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Data.Reading;
using ProcessingJob.Storage;

namespace ProcessingJob.Cli.Analyze;

/// <summary>Rows from all over the data of a job, read by the job's own reader; only the texts.</summary>
sealed class RowSample
{
    const int SampleUnits = 32;
    readonly SortedDictionary<string, long> _rejects = new(StringComparer.Ordinal);

    /// <summary>Usable rows and rejects.</summary>
    public long Records { get; private set; }

    /// <summary>Bytes of the files that these records took.</summary>
    public double Bytes { get; private set; }

    /// <summary>False: everything was read.</summary>
    public bool IsSample { get; private set; }

    public IReadOnlyDictionary<string, long> Rejects => _rejects;

    /// <param name="spec">The job.</param>
    /// <param name="data">Where its files are.</param>
    /// <param name="units">Their units.</param>
    /// <param name="rows">Approximate number of rows; null: all.</param>
    /// <param name="add">Gets each row.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    /// <exception cref="PJobException">The data cannot be read.</exception>
    public static async Task<RowSample> ReadAsync(
        JobSpec spec,
        IDataRoot data,
        IReadOnlyList<WorkUnit> units,
        int? rows,
        Action<RowBlock, int> add,
        CancellationToken cancellationToken
    )
    {
        var chosen =
            rows is null || units.Count <= SampleUnits
                ? units
                : [.. Enumerable.Range(0, SampleUnits).Select(i => units[i * units.Count / SampleUnits])];
        var bytes = Math.Max(1, chosen.Sum(u => u.Bytes));
        var sample = new RowSample { IsSample = chosen.Count < units.Count };
        // No id and no kept columns: only texts are looked at.
        spec = spec with
        {
            Input = spec.Input with { Id = null, Keep = [] },
            Output = spec.Output with { Split = [] },
        };
        var reader = new RowReader(ReadOptions.From(spec, []));
        foreach (var unit in chosen)
        {
            var quota = rows is { } wanted ? (long)Math.Ceiling((double)wanted * unit.Bytes / bytes) : long.MaxValue;
            sample.IsSample |= await sample.ReadUnitAsync(reader, data, unit, quota, add, cancellationToken);
        }
        return sample;
    }

    // True when rows of the unit were left unread.
    async Task<bool> ReadUnitAsync(
        RowReader reader,
        IDataRoot data,
        WorkUnit unit,
        long quota,
        Action<RowBlock, int> add,
        CancellationToken cancellationToken
    )
    {
        await foreach (var block in reader.ReadAsync(unit, data, cancellationToken))
        {
            using (block)
            {
                if (quota <= 0)
                {
                    return true;
                }

                var count = (int)Math.Min(block.Count, quota);
                for (var row = 0; row < count; row++)
                {
                    add(block, row);
                }

                foreach (var reject in block.Rejects)
                {
                    _rejects[reject.Reason] = _rejects.GetValueOrDefault(reject.Reason) + 1;
                }

                Records += count + block.Rejects.Count;
                Bytes += block.SourceBytes * ((double)(count + block.Rejects.Count) / Math.Max(1, block.Count + block.Rejects.Count));
                quota -= count;
                if (count < block.Count)
                {
                    return true;
                }
            }
        }
        return false;
    }
}
