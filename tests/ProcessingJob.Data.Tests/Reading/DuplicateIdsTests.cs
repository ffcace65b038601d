using ProcessingJob.Data.Columns;
using ProcessingJob.Data.Reading;

namespace ProcessingJob.Data.Tests;

/// <summary>Ids beyond what a file's memory holds.</summary>
public sealed class DuplicateIdsTests : IDisposable
{
    readonly ValueColumn<long> _ids = new();

    public void Dispose() => _ids.Dispose();

    bool Add(DuplicateIds unit, long id, long row)
    {
        _ids.Append(id);
        return unit.TryAdd(_ids, _ids.Count - 1, row);
    }

    [Fact]
    public void TryAdd_MoreIdsThanTheFileRemembers_AreComparedWithThoseOfTheirUnit()
    {
        var unit = new DuplicateIds(new FileIds(limit: 2));
        Assert.True(Add(unit, 1, 0));
        Assert.True(Add(unit, 2, 1));
        Assert.True(Add(unit, 3, 2));
        Assert.False(Add(unit, 1, 3));
        Assert.False(Add(unit, 3, 4));
    }

    [Fact]
    public void TryAdd_MoreIdsThanTheUnitRemembers_AreFirstUnlessRemembered()
    {
        var unit = new DuplicateIds(new FileIds(limit: 1));
        Assert.True(Add(unit, 1, 0));
        Assert.True(Add(unit, 2, 1));
        // No room is left for 3: it is compared with 1 and 2 alone, and never remembered.
        Assert.True(Add(unit, 3, 2));
        Assert.True(Add(unit, 3, 3));
        Assert.False(Add(unit, 2, 4));
        Assert.False(Add(unit, 1, 5));
    }

    [Fact]
    public void TryAdd_FullFile_IsFull()
    {
        var file = new FileIds(limit: 1);
        Assert.False(file.IsFull);
        Assert.True(Add(new(file), 1, 0));
        Assert.True(file.IsFull);
        Assert.Null(file.TryAdd(2, 1));
    }
}
