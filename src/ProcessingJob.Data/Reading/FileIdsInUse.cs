using ProcessingJob.Contract.Plan;

namespace ProcessingJob.Data.Reading;

/// <summary>
/// The ids of the files whose ranges are read at the moment, and of the last one begun: a host does the units of a file one after another,
/// so others will not be asked for again. Thread-safe.
/// </summary>
sealed class FileIdsInUse
{
    readonly Dictionary<(string Source, string Version), Entry> _files = [];
    readonly Lock _lock = new();
    Entry? _last;

    /// <summary>The ids of the unit's file, kept until the entry is disposed.</summary>
    public Entry Enter(WorkUnit unit)
    {
        var key = (unit.Source, unit.Version);
        lock (_lock)
        {
            if (!_files.TryGetValue(key, out var entry))
            {
                entry = new(this, key);
                _files.Add(key, entry);
            }

            entry.Users++;
            (var before, _last) = (_last, entry);
            Drop(before);
            return entry;
        }
    }

    void Leave(Entry entry)
    {
        lock (_lock)
        {
            entry.Users--;
            Drop(entry);
        }
    }

    void Drop(Entry? entry)
    {
        if (entry is { Users: 0 } && entry != _last)
        {
            _files.Remove(entry.Key);
        }
    }

    /// <summary>The ids of one file, held by those who read ranges of it. Each of them disposes it once.</summary>
    public sealed class Entry(FileIdsInUse owner, (string Source, string Version) key) : IDisposable
    {
        public FileIds Ids { get; } = new();

        public void Dispose() => owner.Leave(this);

        internal (string Source, string Version) Key { get; } = key;
        internal int Users { get; set; }
    }
}
