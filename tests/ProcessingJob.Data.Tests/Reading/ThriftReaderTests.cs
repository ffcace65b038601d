using ProcessingJob.Data.Reading;

namespace ProcessingJob.Data.Tests;

public class ThriftReaderTests
{
    [Fact]
    public void Skip_ListsNestedWithoutEnd_IsRefusedBeforeTheStackEnds()
    {
        // 0x19: a list of one list.
        var bytes = Enumerable.Repeat((byte)0x19, 200_000).ToArray();
        var e = Assert.Throws<InvalidDataException>(() =>
        {
            var thrift = new ThriftReader(bytes);
            thrift.Skip(ThriftType.List);
        });
        Assert.Equal("structures nested too deep", e.Message);
    }

    [Fact]
    public void Skip_ListsInALongList_CountOneLevel()
    {
        // A list of 100 empty lists of bytes, and the byte 7 behind it.
        byte[] bytes = [0xF9, 100, .. Enumerable.Repeat((byte)0x03, 100), 14];
        var thrift = new ThriftReader(bytes);
        thrift.Skip(ThriftType.List);
        Assert.Equal(7, thrift.Integer());
    }
}
