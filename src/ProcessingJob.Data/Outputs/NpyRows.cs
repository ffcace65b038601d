using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;
using ProcessingJob.Contract.Output;

namespace ProcessingJob.Data.Outputs;

/// <summary>npy parts: a matrix, with the other columns as jsonl beside it.</summary>
static partial class NpyRows
{
    public static async IAsyncEnumerable<PartRows> ReadAsync(
        string path,
        string lines,
        PartColumns names,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        using var file = File.OpenRead(path);
        var (type, rows, width) = await HeaderAsync(file, path, cancellationToken).ConfigureAwait(false);
        using var beside = new StreamReader(lines);
        for (var first = 0; first < rows; first += PartReader.Stretch)
        {
            var count = Math.Min(PartReader.Stretch, rows - first);
            var bytes = new byte[(long)count * width * (type[2] - '0')];
            await file.ReadExactlyAsync(bytes, cancellationToken).ConfigureAwait(false);
            var values = new List<Dictionary<string, object?>>();
            for (var i = 0; i < count; i++)
            {
                var line =
                    await beside.ReadLineAsync(cancellationToken).ConfigureAwait(false)
                    ?? throw PartReader.Damaged(path, $"has {rows} rows, its {OutputLayout.Sidecar} {first + i}");
                values.Add(JsonlRows.Row(line, names, []));
            }
            yield return new(count, Floats(type, bytes), JsonlRows.Columns(values));
        }
    }

    static async Task<(string Type, int Rows, int Width)> HeaderAsync(Stream file, string path, CancellationToken cancellationToken)
    {
        var start = new byte[10];
        await file.ReadExactlyAsync(start, cancellationToken).ConfigureAwait(false);
        var header = new byte[BinaryPrimitives.ReadUInt16LittleEndian(start.AsSpan(8))];
        await file.ReadExactlyAsync(header, cancellationToken).ConfigureAwait(false);
        var match = Header().Match(Encoding.ASCII.GetString(header));
        return match.Success
            ? (match.Groups[1].Value, Number(match.Groups[2]), Number(match.Groups[3]))
            : throw PartReader.Damaged(path, "is not a matrix of embeddings");
    }

    static float[] Floats(string type, byte[] bytes) =>
        type switch
        {
            "<f4" => MemoryMarshal.Cast<byte, float>(bytes).ToArray(),
            "<f2" => Array.ConvertAll(MemoryMarshal.Cast<byte, Half>(bytes).ToArray(), h => (float)h),
            "|i1" => Array.ConvertAll(bytes, b => (float)(sbyte)b),
            _ => Array.ConvertAll(bytes, b => (float)b),
        };

    static int Number(Group digits) => int.Parse(digits.ValueSpan, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"'descr': '(<f4|<f2|\|i1|\|u1)'.*'shape': \((\d+), (\d+)\)")]
    private static partial Regex Header();
}
