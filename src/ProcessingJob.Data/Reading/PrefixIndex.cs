using System.Collections.Concurrent;
using ProcessingJob.Contract.Plan;

namespace ProcessingJob.Data.Reading;

/// <summary>
/// Where records of a file are known to begin: offset and index. Successive ranges go on from the last known point. Thread-safe.
/// </summary>
sealed class PrefixIndex
{
    readonly ConcurrentDictionary<(string Source, string Version), SortedList<long, long>> _files = new();
    readonly ConcurrentDictionary<(string Source, string Version), SemaphoreSlim> _gates = new();

    /// <summary>Held by whoever looks for the start of a range of the file: the next one goes on from what it finds.</summary>
    public SemaphoreSlim Gate(WorkUnit unit) => _gates.GetOrAdd((unit.Source, unit.Version), _ => new(1));

    public void Add(WorkUnit unit, long offset, long row)
    {
        var points = _files.GetOrAdd((unit.Source, unit.Version), _ => []);
        lock (points)
        {
            points[offset] = row;
        }
    }

    /// <summary>The last known point at or before <paramref name="offset"/>; null when there is none.</summary>
    public (long Offset, long Row)? Before(WorkUnit unit, long offset)
    {
        if (!_files.TryGetValue((unit.Source, unit.Version), out var points))
        {
            return null;
        }

        lock (points)
        {
            var (low, high) = (0, points.Count);
            while (low < high)
            {
                var middle = (low + high) / 2;
                if (points.Keys[middle] <= offset)
                {
                    low = middle + 1;
                }
                else
                {
                    high = middle;
                }
            }
            return low == 0 ? null : (points.Keys[low - 1], points.Values[low - 1]);
        }
    }
}
