namespace ProcessingJob.Data;

/// <summary>
/// Down-samples the classes of a unit to its rarest one: of each class the rows with the smallest hash of their row number stay, so
/// the choice depends on the unit alone. Rows without a class are left out. Built by a first pass over the unit; 16 bytes a row while
/// that lasts.
/// </summary>
sealed class BalanceFilter
{
    readonly Dictionary<string, (ulong Hash, long Row)> _last = new(StringComparer.Ordinal);

    public static async Task<BalanceFilter> CreateAsync(IAsyncEnumerable<RowBlock> unit)
    {
        var classes = new Dictionary<string, List<(ulong Hash, long Row)>>(StringComparer.Ordinal);
        var find = classes.GetAlternateLookup<ReadOnlySpan<char>>();
        await foreach (var block in unit.ConfigureAwait(false))
        {
            for (var i = 0; i < block.Count; i++)
            {
                if (block.Class!.IsNull(i))
                {
                    continue;
                }

                if (!find.TryGetValue(block.Class[i], out var rows))
                {
                    find[block.Class[i]] = rows = [];
                }

                rows.Add((Mix(block.SourceRow(i)), block.SourceRow(i)));
            }
            block.Dispose();
        }
        var filter = new BalanceFilter();
        var rarest = classes.Count == 0 ? 0 : classes.Values.Min(r => r.Count);
        foreach (var (name, rows) in classes)
        {
            rows.Sort();
            filter._last[name] = rows[rarest - 1];
        }
        return filter;
    }

    /// <summary>No row had a class.</summary>
    public bool IsEmpty => _last.Count == 0;

    public bool Keep(StringColumn classes, int index, long row) =>
        !classes.IsNull(index) && (Mix(row), row).CompareTo(_last.GetAlternateLookup<ReadOnlySpan<char>>()[classes[index]]) <= 0;

    /// <summary>The finaliser of SplitMix64: spreads consecutive numbers evenly.</summary>
    static ulong Mix(long row)
    {
        var x = (ulong)row + 0x9E3779B97F4A7C15;
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
        return x ^ (x >> 31);
    }
}
