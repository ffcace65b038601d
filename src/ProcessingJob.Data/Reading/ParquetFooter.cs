using System.Buffers.Binary;
using System.Text;
using ProcessingJob.Contract;
using ProcessingJob.Storage;

namespace ProcessingJob.Data.Reading;

/// <summary>Where one column of a row group lies and how it was written.</summary>
/// <param name="Start">First byte of its pages, the dictionary's included.</param>
/// <param name="Bytes">Of its pages as they lie in the file.</param>
/// <param name="File">Set where the pages lie in another file.</param>
readonly record struct ParquetChunkPlace(long Start, long Bytes, bool IsEncrypted, string? File);

sealed record ParquetGroupPlace(long Rows, IReadOnlyList<ParquetChunkPlace> Columns)
{
    public long Start => Columns.Count == 0 ? 0 : Columns.Min(c => c.Start);
    public long Bytes => Columns.Sum(c => c.Bytes);

    /// <summary>Bytes of its values before they were compressed.</summary>
    public long Uncompressed { get; init; }
}

/// <summary>
/// What the footer says of row groups (parquet.thrift, FileMetaData): the Arrow library does not tell where they lie, and a range of a
/// file owns the groups whose middle lies in it. Read before that library sees the file, so that what is not supported has a name.
/// </summary>
sealed class ParquetFooter
{
    const int LargestFooter = 512 << 20,
        UsualTail = 64 << 10;

    ParquetFooter(IReadOnlyList<ParquetGroupPlace> groups, bool isEncrypted) => (Groups, IsEncrypted) = (groups, isEncrypted);

    public IReadOnlyList<ParquetGroupPlace> Groups { get; }
    public bool IsEncrypted { get; }

    /// <returns>It, and the end of the file that it was read from: what another reader of the file need not fetch again.</returns>
    /// <exception cref="PJobException">Not a Parquet file, truncated, damaged or encrypted.</exception>
    public static async Task<(ParquetFooter Footer, byte[] Tail)> ReadAsync(IByteSource source, CancellationToken cancellationToken)
    {
        var (tail, length) = await TailAsync(source, cancellationToken).ConfigureAwait(false);
        ParquetFooter footer;
        try
        {
            footer = Parse(tail.AsSpan(tail.Length - 8 - length, length).ToArray());
        }
        catch (Exception e) when (e is InvalidDataException or IndexOutOfRangeException or ArgumentException or OverflowException)
        {
            throw Damaged(source.Name, "its Thrift structures cannot be read", e);
        }

        return footer.IsEncrypted ? throw Encrypted(source.Name) : (footer, tail);
    }

    public static PJobException Damaged(string file, string why, Exception? cause = null) =>
        new($"{file}: the Parquet footer is damaged: {why}; fix: write or copy the file again", ExitCode.Failed, cause);

    static PJobException Encrypted(string file) =>
        new($"{file}: not supported: the Parquet file is encrypted; decrypt it: read it where its keys are and write it again without");

    /// <summary>The end of the file, with the footer in it, and the footer's length: one read for most files.</summary>
    static async Task<(byte[] Tail, int Length)> TailAsync(IByteSource source, CancellationToken cancellationToken)
    {
        var tail = await EndAsync(source, UsualTail, cancellationToken).ConfigureAwait(false);
        var startsOtherwise = tail.Length == source.Length && !tail.AsSpan().StartsWith("PAR1"u8);
        if (tail.Length < 12 || startsOtherwise || !tail.AsSpan(tail.Length - 4).SequenceEqual("PAR1"u8))
        {
            throw await NoFooterAsync(source, cancellationToken).ConfigureAwait(false);
        }

        var length = BinaryPrimitives.ReadInt32LittleEndian(tail.AsSpan(tail.Length - 8));
        if (length < 0 || length > source.Length - 12 || length > LargestFooter)
        {
            throw Damaged(source.Name, $"it claims {length} bytes of {source.Length}");
        }

        return (length + 8 <= tail.Length ? tail : await EndAsync(source, length + 8, cancellationToken).ConfigureAwait(false), length);
    }

    static async Task<byte[]> EndAsync(IByteSource source, int bytes, CancellationToken cancellationToken)
    {
        var tail = new byte[(int)Math.Min(source.Length, bytes)];
        await source.ReadAsync(source.Length - tail.Length, tail, cancellationToken).ConfigureAwait(false);
        return tail;
    }

    static async Task<PJobException> NoFooterAsync(IByteSource source, CancellationToken cancellationToken)
    {
        var head = new byte[4];
        var read = await source.ReadAsync(0, head, cancellationToken).ConfigureAwait(false);
        return read == 4 && head.AsSpan().SequenceEqual("PARE"u8) ? Encrypted(source.Name)
            : read < 4 || !head.AsSpan().SequenceEqual("PAR1"u8)
                ? new(
                    $"{source.Name}: not a Parquet file: it has {source.Length} bytes and begins with "
                        + $"'{SlotDecoder.Show(head.AsSpan(0, read))}', expected 'PAR1'; fix: check the file or set input.format"
                )
            : new(
                $"{source.Name}: the Parquet file is truncated: no footer at its end ({source.Length} bytes); fix: write or copy it again"
            );
    }

    static ParquetFooter Parse(byte[] bytes)
    {
        var groups = new List<ParquetGroupPlace>();
        var encrypted = false;
        var thrift = new ThriftReader(bytes);
        var scope = thrift.Begin();
        while (thrift.Next(ref scope) is { } field)
        {
            switch (field)
            {
                case { Id: 4, Type: ThriftType.List }:
                    for (var n = thrift.List(ThriftType.Struct); n > 0; n--)
                    {
                        groups.Add(Group(ref thrift));
                    }

                    break;
                case { Id: 8 }:
                    encrypted = true;
                    thrift.Skip(field.Type);
                    break;
                default:
                    thrift.Skip(field.Type);
                    break;
            }
        }

        return new(groups, encrypted);
    }

    static ParquetGroupPlace Group(ref ThriftReader thrift)
    {
        var columns = new List<ParquetChunkPlace>();
        long rows = 0,
            bytes = 0;
        var scope = thrift.Begin();
        while (thrift.Next(ref scope) is { } field)
        {
            switch (field)
            {
                case { Id: 1, Type: ThriftType.List }:
                    for (var n = thrift.List(ThriftType.Struct); n > 0; n--)
                    {
                        columns.Add(Chunk(ref thrift));
                    }

                    break;
                case { Id: 2, Type: ThriftType.I64 }:
                    bytes = thrift.Integer();
                    break;
                case { Id: 3, Type: ThriftType.I64 }:
                    rows = thrift.Integer();
                    break;
                default:
                    thrift.Skip(field.Type);
                    break;
            }
        }

        return rows < 0 ? throw new InvalidDataException($"{rows} rows") : new(rows, columns) { Uncompressed = Math.Max(0, bytes) };
    }

    static ParquetChunkPlace Chunk(ref ThriftReader thrift)
    {
        var place = new ParquetChunkPlace();
        var scope = thrift.Begin();
        while (thrift.Next(ref scope) is { } field)
        {
            switch (field)
            {
                case { Id: 1, Type: ThriftType.Binary }:
                    place = place with { File = Encoding.UTF8.GetString(thrift.Bytes()) };
                    break;
                case { Id: 3, Type: ThriftType.Struct }:
                    place = MetaData(ref thrift, place);
                    break;
                case { Id: 8 }:
                    place = place with { IsEncrypted = true };
                    thrift.Skip(field.Type);
                    break;
                default:
                    thrift.Skip(field.Type);
                    break;
            }
        }

        return place;
    }

    static ParquetChunkPlace MetaData(ref ThriftReader thrift, ParquetChunkPlace place)
    {
        long data = 0,
            dictionary = 0;
        var scope = thrift.Begin();
        while (thrift.Next(ref scope) is { } field)
        {
            switch (field)
            {
                case { Id: 7, Type: ThriftType.I64 }:
                    place = place with { Bytes = thrift.Integer() };
                    break;
                case { Id: 9, Type: ThriftType.I64 }:
                    data = thrift.Integer();
                    break;
                case { Id: 11, Type: ThriftType.I64 }:
                    dictionary = thrift.Integer();
                    break;
                default:
                    thrift.Skip(field.Type);
                    break;
            }
        }

        // Some writers say 0 where there is no dictionary.
        return place with
        {
            Start = dictionary > 0 ? Math.Min(dictionary, data) : data,
        };
    }
}
