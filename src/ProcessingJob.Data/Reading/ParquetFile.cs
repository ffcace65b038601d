using Apache.Arrow;
using ParquetSharp;
using ParquetSharp.Arrow;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Columns;
using ProcessingJob.Data.Columns;
using ProcessingJob.Storage;

namespace ProcessingJob.Data.Reading;

/// <summary>
/// A Parquet file, read by Arrow C++: its columns, also those inside structures as <c>a.b</c>, and where its row groups lie.
/// </summary>
sealed class ParquetFile : IAsyncDisposable
{
    /// <summary>Rows that are decoded at a time.</summary>
    const int BatchRows = 4096;
    readonly FileReader _reader;

    ParquetFile(SourceStream stream, FileReader reader, ParquetFooter footer, FileColumns columns) =>
        (Stream, _reader, Footer, Columns) = (stream, reader, footer, columns);

    public SourceStream Stream { get; }
    public ParquetFooter Footer { get; }

    public FileColumns Columns { get; }

    /// <exception cref="PJobException">The file cannot be read.</exception>
    public static async Task<ParquetFile> OpenAsync(IByteSource source, CancellationToken cancellationToken)
    {
        var (footer, tail) = await ParquetFooter.ReadAsync(source, cancellationToken).ConfigureAwait(false);
        var stream = new SourceStream(source) { Budget = 4 * source.Length + (1 << 20) };
        stream.Hold(source.Length - tail.Length, tail);
        FileReader? reader = null;
        try
        {
            using var reading = ReaderProperties.GetDefaultReaderProperties();
            reading.EnablePageChecksumVerification();
            using var arrow = ArrowReaderProperties.GetDefault();
            arrow.UseThreads = false;
            arrow.PreBuffer = false;
            arrow.BatchSize = BatchRows;
            // Nanoseconds, Arrow's default, do not reach the years that INT96 does.
            arrow.CoerceInt96TimestampUnit = Apache.Arrow.Types.TimeUnit.Microsecond;
            arrow.ArrowExtensionEnabled = true;
            reader = new(stream, reading, arrow, leaveOpen: true);
            var found = new List<FileColumn>();
            using var root = reader.ParquetReader.FileMetaData.Schema.GroupNode;
            foreach (var (index, field) in reader.SchemaManifest.SchemaFields.Index())
            {
                CollectTop(reader, field, root.Fields[index].Name, index, found);
            }

            return new(stream, reader, footer, new(source.Name, found));
        }
        catch (Exception e) when (e is not (OperationCanceledException or PJobException))
        {
            reader?.Dispose();
            await stream.DisposeAsync().ConfigureAwait(false);
            throw stream.Failure ?? ParquetFaults.Of(source.Name, "footer", e);
        }
    }

    /// <summary>The rows of one row group, a batch at a time; the caller loads its bytes before.</summary>
    public IEnumerable<RecordBatch> Batches(int group, int[] leaves)
    {
        using var batches = _reader.GetRecordBatchReader([group], leaves);
        while (true)
        {
            // The library's reads are synchronous, whatever their name.
            var batch = batches.ReadNextRecordBatchAsync(default).AsTask().GetAwaiter().GetResult();
            if (batch is null)
            {
                yield break;
            }

            yield return batch;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _reader.Dispose();
        await Stream.DisposeAsync().ConfigureAwait(false);
    }

    static void CollectTop(FileReader reader, SchemaField field, string name, int index, List<FileColumn> into)
    {
        var count = into.Count;
        try
        {
            Collect(reader, field, [name], index, into);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException or InvalidDataException or NotImplementedException)
        {
            // A type that Apache.Arrow does not know, such as a structure without fields.
            into.RemoveRange(count, into.Count - count);
            into.Add(new([name], index, null, []));
        }
    }

    static void Collect(FileReader reader, SchemaField field, string[] parts, int top, List<FileColumn> into)
    {
        var leaves = new List<int>();
        AddLeaves(field, leaves);
        var type = leaves.Count == 0 ? null : TypeOf(reader, field, leaves);
        into.Add(new(parts, top, type, [.. leaves]) { Converted = type is null ? null : Conversion(reader, field, leaves) });
        if (field.Field.DataType is not Apache.Arrow.Types.StructType)
        {
            return;
        }

        foreach (var child in field.Children)
        {
            Collect(reader, child, [.. parts, child.Field.Name], top, into);
        }
    }

    static void AddLeaves(SchemaField field, List<int> into)
    {
        if (field.ColumnIndex >= 0)
        {
            into.Add(field.ColumnIndex);
        }

        foreach (var child in field.Children)
        {
            AddLeaves(child, into);
        }
    }

    static ColumnType? TypeOf(FileReader reader, SchemaField field, List<int> leaves)
    {
        var type = ArrowTypes.Of(field.Field);
        if (type?.Kind != TypeKind.Binary || leaves.Count != 1)
        {
            return type;
        }

        // Arrow has no enums: their names are bytes to it.
        using var logical = reader.ParquetReader.FileMetaData.Schema.Column(leaves[0]).LogicalType;
        return logical is EnumLogicalType ? ColumnType.String : type;
    }

    static string? Conversion(FileReader reader, SchemaField field, List<int> leaves)
    {
        if (field.Field.DataType is Apache.Arrow.Types.DictionaryType)
        {
            return "a dictionary (categorical): its values are kept, not their order";
        }

        if (field.Field.DataType is Apache.Arrow.Types.NestedType)
        {
            return null;
        }

        var column = reader.ParquetReader.FileMetaData.Schema.Column(leaves[0]);
        using var logical = column.LogicalType;
        return column.PhysicalType == PhysicalType.Int96 ? "INT96 timestamps: kept in microseconds, without a zone"
            : logical is IntervalLogicalType ? "an interval: kept as its 12 bytes"
            : logical is EnumLogicalType ? "an enum: kept as strings"
            : null;
    }
}
