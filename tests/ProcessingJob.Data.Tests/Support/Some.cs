using System.IO.Compression;
using System.Text;
using ProcessingJob.Contract.Columns;
using ProcessingJob.Contract.Output;
using ProcessingJob.Contract.Plan;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Data.Columns;
using ProcessingJob.Data.Reading;
using ProcessingJob.Storage;

namespace ProcessingJob.Data.Tests;

/// <summary>Builders of what tests need.</summary>
static class Some
{
    public static InputSpec Input(string text = "text", string? id = null, params string[] keep) =>
        new()
        {
            Text = [text],
            Id = id,
            Keep = [.. keep],
        };

    public static ReadOptions Options(InputSpec? input = null, params KeptColumn[] schema)
    {
        input ??= Input();
        return new()
        {
            Input = input,
            Texts = ReadOptions.TextsOf(input),
            Schema = schema,
        };
    }

    public static WorkUnit Unit(IByteSource source, InputFormat format, long start = 0, long? end = null) =>
        WorkUnit.Create(source.Name, format, start, end ?? source.Length, source.Length, source.Version, "spec", "model");

    public static byte[] Gzip(byte[] data)
    {
        using var to = new MemoryStream();
        using (var gzip = new GZipStream(to, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(data);
        }

        return to.ToArray();
    }

    public static byte[] Zstd(byte[] data)
    {
        using var zstd = new ZstdSharp.Compressor(1);
        return zstd.Wrap(data).ToArray();
    }

    public static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}

/// <summary>A source in memory.</summary>
sealed class MemorySource(byte[] data, string name = "file") : IByteSource
{
    public MemorySource(string text, string name = "file")
        : this(Encoding.UTF8.GetBytes(text), name) { }

    public string Name => name;
    public long Length => data.Length;
    public string Version => "v1";

    /// <summary>Reads so far, for tests of what is read again.</summary>
    public long BytesRead { get; private set; }
    public int Reads { get; private set; }

    public ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        var count = (int)Math.Clamp(data.Length - offset, 0, buffer.Length);
        data.AsMemory((int)Math.Min(offset, data.Length), count).CopyTo(buffer);
        BytesRead += count;
        Reads++;
        return ValueTask.FromResult(count);
    }

    public void CheckUnchanged() { }

    public Stream OpenSequential(long start, long likelyEnd) => new Sequential(this, start);

    public ValueTask DisposeAsync() => default;

    sealed class Sequential(MemorySource source, long position) : ReadOnlyStream
    {
        long _position = position;

        public override int Read(Span<byte> buffer) => throw new NotSupportedException();

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            // Odd steps, so that records meet the ends of what has arrived.
            var read = await source.ReadAsync(_position, buffer[..Math.Min(buffer.Length, 1021)], cancellationToken);
            _position += read;
            return read;
        }
    }
}

/// <summary>All rows of one or more units, out of their blocks.</summary>
sealed class ReadRows
{
    public List<string> Texts { get; } = [];
    public List<string> Ids { get; } = [];
    public List<string[]> Kept { get; } = [];
    public List<string> Files { get; } = [];
    public List<long> Rows { get; } = [];
    public int Blocks { get; private set; }
    public List<long> Offsets { get; } = [];
    public List<int> Splits { get; } = [];
    public List<Reject> Rejects { get; } = [];
    public long RecordsIn { get; private set; }
    public long SourceBytes { get; private set; }

    public IEnumerable<string> Reasons => Rejects.Select(r => r.Reason);

    public static async Task<ReadRows> OfAsync(IByteSource source, InputFormat format, ReadOptions? options = null) =>
        await new ReadRows().AddAsync(new RowReader(options ?? Some.Options()), Some.Unit(source, format), source);

    public Task<ReadRows> AddAsync(RowReader reader, WorkUnit unit, IByteSource source) =>
        AddAsync(reader, reader.ReadAsync(unit, source, TestContext.Current.CancellationToken));

    public async Task<ReadRows> AddAsync(RowReader reader, IAsyncEnumerable<RowBlock> blocks)
    {
        await foreach (var block in blocks)
        {
            Blocks++;
            for (var i = 0; i < block.Count; i++)
            {
                Texts.Add(string.Join("|", Enumerable.Range(0, block.TextCount).Select(k => block.Text(i, k).ToString())));
                if (block.Id is { } id)
                {
                    Ids.Add(Show(id, i));
                }

                Kept.Add([.. block.Kept.Zip(reader.KeptColumns, (c, k) => Show(c, i, k.Type))]);
                Files.Add(block.SourceFile(i));
                Rows.Add(block.SourceRow(i));
                Offsets.Add(block.SourceOffset(i));
                Splits.Add(block.Split(i));
            }
            Rejects.AddRange(block.Rejects);
            RecordsIn += block.RecordsIn;
            SourceBytes += block.SourceBytes;
            block.Dispose();
        }
        return this;
    }

    public static string Show(Column column, int row, ColumnType? type = null) =>
        column.IsNull(row) ? "null"
        : type is { IsDecimal: true } or { Kind: TypeKind.Uuid } ? TypedColumns.TextOf(type, column, row)!
        : type is { IsNested: true } ? Json(type, column, row)
        : column switch
        {
            StringColumn c => c[row].ToString(),
            ValueColumn<long> c => c[row].ToString(),
            ValueColumn<int> c => c[row].ToString(),
            ValueColumn<double> c => c[row].ToString(),
            ValueColumn<bool> c => c[row].ToString(),
            BinaryColumn c => Convert.ToHexStringLower(c[row]),
            ValueColumn<float> c => c[row].ToString(),
            ValueColumn<Half> c => c[row].ToString(),
            _ => ColumnConversion.IntegerOf(column, row)?.ToString() ?? column.GetType().Name,
        };

    static string Json(ColumnType type, Column column, int row)
    {
        using var bytes = new MemoryStream();
        using (var json = new System.Text.Json.Utf8JsonWriter(bytes))
        {
            JsonValues.Write(json, type, column, row);
        }

        return Encoding.UTF8.GetString(bytes.ToArray());
    }
}
