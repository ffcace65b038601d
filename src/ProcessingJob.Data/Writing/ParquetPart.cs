using Parquet;
using Parquet.Schema;
using ProcessingJob.Contract.Columns;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Data.Columns;

namespace ProcessingJob.Data.Writing;

/// <summary>A Parquet part: every block of rows becomes a row group.</summary>
sealed class ParquetPart : IPartFormat
{
    readonly PartFile _file;
    readonly ParquetSchema _schema;
    readonly ParquetWriter _writer;

    ParquetPart(PartFile file, ParquetSchema schema, ParquetWriter writer) => (_file, _schema, _writer) = (file, schema, writer);

    public bool IsFull => false;

    public static async ValueTask<ParquetPart> CreateAsync(
        PartFile file,
        IReadOnlyList<OutputColumn> columns,
        OutputCompression compression,
        CancellationToken cancellationToken
    )
    {
        var schema = new ParquetSchema(columns.Select(ParquetColumns.FieldOf));
        var options = new ParquetOptions
        {
            CompressionMethod = compression switch
            {
                OutputCompression.None => CompressionMethod.None,
                OutputCompression.Snappy => CompressionMethod.Snappy,
                OutputCompression.Zstd => CompressionMethod.Zstd,
            },
            // Level 3 of zstd; the library's own default is 19.
            CompressionLevel = System.IO.Compression.CompressionLevel.Optimal,
            DictionaryEncodingThreshold = 0.5,
            DictionaryEncodingSampleSize = 1024,
        };
        foreach (var (column, field) in columns.Zip(schema.Fields))
        {
            if (column.Kind == ColumnKind.String)
            {
                options.ColumnEncodingHints[field.Path.ToString()] = EncodingHint.Dictionary;
            }
            else if (column.Kind == ColumnKind.ListFloat16)
            {
                options.ColumnEncodingHints[((ListField)field).Item.Path.ToString()] = EncodingHint.ByteSplitStream;
            }
        }
        return new(
            file,
            schema,
            await ParquetWriter.CreateAsync(schema, file.Output, options, cancellationToken: cancellationToken).ConfigureAwait(false)
        );
    }

    public async ValueTask WriteAsync(ColumnBlock rows, CancellationToken cancellationToken)
    {
        using var group = _writer.CreateRowGroup();
        for (var c = 0; c < rows.Columns.Count; c++)
        {
            await ParquetColumns
                .WriteAsync(group, _schema.Fields[c], rows.Schema[c], rows.Columns[c], cancellationToken)
                .ConfigureAwait(false);
        }

        group.CompleteValidate();
    }

    public async ValueTask<IReadOnlyList<(PartFile File, long Rows)>> FinishAsync(long rows, CancellationToken cancellationToken)
    {
        await _writer.DisposeAsync().ConfigureAwait(false);
        return [(_file, rows)];
    }

    // Disposing the library's writer writes a footer: not for a part that is thrown away.
    public ValueTask DisposeAsync() => default;
}
