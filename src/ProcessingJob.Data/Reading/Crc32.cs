using System.Buffers.Binary;

namespace ProcessingJob.Data;

/// <summary>The checksum of gzip (polynomial EDB88320, reflected), eight bytes a step.</summary>
static class Crc32
{
    static readonly uint[] Table = Build();

    /// <param name="checksum">Of the bytes so far; 0 for none.</param>
    /// <param name="data">The bytes that follow.</param>
    public static uint Append(uint checksum, ReadOnlySpan<byte> data)
    {
        var t = Table;
        var c = ~checksum;
        for (; data.Length >= 8; data = data[8..])
        {
            var low = BinaryPrimitives.ReadUInt32LittleEndian(data) ^ c;
            var high = BinaryPrimitives.ReadUInt32LittleEndian(data[4..]);
            c =
                t[1792 + (low & 255)]
                ^ t[1536 + ((low >> 8) & 255)]
                ^ t[1280 + ((low >> 16) & 255)]
                ^ t[1024 + (low >> 24)]
                ^ t[768 + (high & 255)]
                ^ t[512 + ((high >> 8) & 255)]
                ^ t[256 + ((high >> 16) & 255)]
                ^ t[high >> 24];
        }
        foreach (var b in data)
        {
            c = t[(c ^ b) & 255] ^ (c >> 8);
        }

        return ~c;
    }

    static uint[] Build()
    {
        var table = new uint[8 * 256];
        for (var i = 0u; i < 256; i++)
        {
            var c = i;
            for (var k = 0; k < 8; k++)
            {
                c = (c & 1) != 0 ? 0xEDB88320 ^ (c >> 1) : c >> 1;
            }

            table[i] = c;
        }
        for (var i = 256; i < table.Length; i++)
        {
            table[i] = table[table[i - 256] & 255] ^ (table[i - 256] >> 8);
        }

        return table;
    }
}
