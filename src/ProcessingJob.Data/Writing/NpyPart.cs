using System.Buffers;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using System.Text;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Columns;
using ProcessingJob.Data.Columns;

namespace ProcessingJob.Data.Writing;

/// <summary>
/// The one list column as a numpy matrix [rows, width] (C order, little-endian: &lt;f4, &lt;f2, |i1, |u1, &lt;i4); all other columns as
/// jsonl beside it, a line per row, in the same order. The header holds the row count, so a part is kept in memory until it ends:
/// it ends at rows_per_part or at the end of the first group of rows, whichever comes first (16 MiB).
/// </summary>
sealed class NpyPart : IPartFormat
{
    readonly PartFile _matrix,
        _sidecar;
    readonly int _column;
    readonly OutputColumn _type;

    public NpyPart(PartFile matrix, PartFile sidecar, IReadOnlyList<OutputColumn> columns)
    {
        (_matrix, _sidecar) = (matrix, sidecar);
        var lists = columns.Index().Where(c => DTypeOf(c.Item.Kind) is not null).ToList();
        if (lists.Count != 1)
        {
            throw new PJobException(
                $"output.format: npy needs exactly one column of lists, found {lists.Count}; fix: use parquet or jsonl",
                ExitCode.BadSpec
            );
        }

        (_column, _type) = lists[0];
    }

    public bool IsFull { get; private set; }

    public async ValueTask WriteAsync(ColumnBlock rows, CancellationToken cancellationToken)
    {
        IsFull = true;
        var width = Width(rows.Columns[_column]);
        await _matrix.Output.WriteAsync(Header(rows.Count, width), cancellationToken).ConfigureAwait(false);
        WriteItems(rows.Columns[_column]);
        using var json = new JsonRows();
        for (var row = 0; row < rows.Count; row++)
        {
            json.Add(rows, row, c => !ReferenceEquals(c, _type));
            if (json.Lines.Length < 1 << 16 && row < rows.Count - 1)
            {
                continue;
            }

            await _sidecar.Output.WriteAsync(json.Lines, cancellationToken).ConfigureAwait(false);
            json.Clear();
        }
    }

    public ValueTask<IReadOnlyList<(PartFile File, long Rows)>> FinishAsync(long rows, CancellationToken cancellationToken) =>
        ValueTask.FromResult<IReadOnlyList<(PartFile, long)>>([(_matrix, rows), (_sidecar, 0)]);

    public ValueTask DisposeAsync() => default;

    static string? DTypeOf(ColumnKind kind) =>
        kind switch
        {
            ColumnKind.ListFloat => "<f4",
            ColumnKind.ListFloat16 => "<f2",
            ColumnKind.ListInt32 => "<i4",
            ColumnKind.ListInt8 => "|i1",
            ColumnKind.ListUInt8 => "|u1",
            _ => null,
        };

    /// <summary>Format version 1.0: magic, length, a Python dictionary, padded to a multiple of 64 bytes.</summary>
    byte[] Header(int rows, int width)
    {
        var dictionary = $"{{'descr': '{DTypeOf(_type.Kind)}', 'fortran_order': False, 'shape': ({rows}, {width}), }}";
        var length = (10 + dictionary.Length + 1 + 63) / 64 * 64 - 10;
        return
        [
            0x93,
            .. "NUMPY"u8,
            1,
            0,
            (byte)length,
            (byte)(length >> 8),
            .. Encoding.ASCII.GetBytes(dictionary.PadRight(length - 1)),
            (byte)'\n',
        ];
    }

    int Width(Column column)
    {
        var lengths = Enumerable
            .Range(0, column.Count)
            .Select(row =>
                column switch
                {
                    ListColumn<float> c => c.Length(row),
                    ListColumn<int> c => c.Length(row),
                    ListColumn<sbyte> c => c.Length(row),
                    ListColumn<byte> c => c.Length(row),
                    _ => 0,
                }
            )
            .Distinct()
            .ToList();
        return lengths.Count <= 1
            ? lengths.FirstOrDefault(_type.Width ?? 0)
            : throw new PJobException(
                $"output.format: npy needs rows of one length, found {lengths[0]} and {lengths[1]} in '{_type.Name}'; fix: use "
                    + "parquet or jsonl",
                ExitCode.BadSpec
            );
    }

    void WriteItems(Column column)
    {
        switch (column)
        {
            case ListColumn<float> c when _type.Kind == ColumnKind.ListFloat16:
                WriteHalves(c.Items.Span);
                break;
            case ListColumn<float> c:
                _matrix.Output.Write(MemoryMarshal.AsBytes(c.Items.Span));
                break;
            case ListColumn<int> c:
                _matrix.Output.Write(MemoryMarshal.AsBytes(c.Items.Span));
                break;
            case ListColumn<sbyte> c:
                _matrix.Output.Write(MemoryMarshal.AsBytes(c.Items.Span));
                break;
            case ListColumn<byte> c:
                _matrix.Output.Write(c.Items.Span);
                break;
        }
    }

    void WriteHalves(ReadOnlySpan<float> values)
    {
        var halves = ArrayPool<Half>.Shared.Rent(values.Length);
        TensorPrimitives.ConvertToHalf(values, halves);
        _matrix.Output.Write(MemoryMarshal.AsBytes(halves.AsSpan(0, values.Length)));
        ArrayPool<Half>.Shared.Return(halves);
    }
}
