using System.Buffers.Binary;
using System.Text.Json;
using ProcessingJob.Contract;
using ProcessingJob.Models.Configs;

namespace ProcessingJob.Models.Weights;

/// <summary>
/// The tensors of one mapped .safetensors file: 8 bytes of header length, a JSON header (name: dtype, shape, data_offsets), then the data
/// without gaps. Format: github.com/huggingface/safetensors, section Format. Every promise of the header is checked before any is used.
/// </summary>
static unsafe class SafetensorsHeader
{
    /// <summary>The format's own limit, bytes.</summary>
    const long LargestHeader = 100_000_000;

    /// <exception cref="PJobException">Model: the header is broken; the message names the file and the tensor.</exception>
    public static IReadOnlyList<StoredTensor> Read(MappedFile file)
    {
        if (file.Length < 8)
        {
            throw Refuse(file, $"found {file.Length} bytes, expected a safetensors file of at least 8");
        }

        if (LfsPointer.Is(new ReadOnlySpan<byte>(file.Start, (int)Math.Min(file.Length, 64))))
        {
            throw Refuse(file, LfsPointer.Message);
        }

        var length = BinaryPrimitives.ReadUInt64LittleEndian(new ReadOnlySpan<byte>(file.Start, 8));
        if (length > (ulong)Math.Min(LargestHeader, file.Length - 8))
        {
            throw Refuse(
                file,
                $"its header claims {length:N0} bytes, of which the file holds {file.Length - 8:N0} "
                    + $"and the format allows {LargestHeader:N0}: "
                    + "it is cut off or no safetensors file; fix: fetch it again"
            );
        }

        try
        {
            using var header = JsonDocument.Parse(new ReadOnlySpan<byte>(file.Start + 8, (int)length).ToArray());
            return Tensors(file, header.RootElement, 8 + (long)length);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw ModelError.Refuse(file.Path, $"its header is not the JSON of a safetensors file: {JsonFault.Of(e)}", e);
        }
    }

    static List<StoredTensor> Tensors(MappedFile file, JsonElement header, long dataStart)
    {
        if (header.ValueKind != JsonValueKind.Object)
        {
            throw Refuse(file, $"its header is a JSON {header.ValueKind}, expected an object");
        }

        var names = new HashSet<string>(StringComparer.Ordinal);
        var tensors = new List<(StoredTensor Tensor, long Begin, long End)>();
        foreach (var entry in header.EnumerateObject())
        {
            if (!names.Add(entry.Name))
            {
                throw Refuse(file, entry.Name, "is in the header twice");
            }

            if (entry.Name != "__metadata__")
            {
                tensors.Add(Tensor(file, entry.Name, entry.Value, dataStart));
            }
        }

        RequireNoGaps(file, tensors, file.Length - dataStart);
        return [.. tensors.Select(t => t.Tensor)];
    }

    static (StoredTensor Tensor, long Begin, long End) Tensor(MappedFile file, string name, JsonElement entry, long dataStart)
    {
        if (entry.ValueKind != JsonValueKind.Object)
        {
            throw Refuse(file, name, $"its entry is a JSON {entry.ValueKind}, expected dtype, shape and data_offsets");
        }

        var typeName =
            entry.TryGetProperty("dtype", out var dtype) && dtype.ValueKind == JsonValueKind.String ? dtype.GetString()! : "none";
        if (!Enum.TryParse<WeightType>(typeName, out var type) || type.ToString() != typeName)
        {
            throw Refuse(file, name, $"found the dtype {typeName}, expected F32, F16 or BF16");
        }

        var shape = Numbers(file, name, entry, "shape");
        var offsets = Numbers(file, name, entry, "data_offsets");
        if (offsets.Length != 2 || offsets[0] > offsets[1] || offsets[1] > file.Length - dataStart)
        {
            throw Refuse(
                file,
                name,
                $"its data_offsets are [{string.Join(", ", offsets)}], "
                    + $"expected a range within the {file.Length - dataStart:N0} bytes of data; "
                    + "fix: the file may be cut off: fetch it again"
            );
        }

        var bytes = shape.Aggregate((Int128)type.Size(), (product, d) => product > long.MaxValue ? product : product * d);
        if (bytes != offsets[1] - offsets[0])
        {
            throw Refuse(
                file,
                name,
                $"the shape [{string.Join(", ", shape)}] of {type} takes {bytes:N0} bytes, "
                    + $"its data_offsets hold {offsets[1] - offsets[0]:N0}"
            );
        }

        return (new StoredTensor(name, file.Path, type, shape, (nint)(file.Start + dataStart + offsets[0])), offsets[0], offsets[1]);
    }

    static long[] Numbers(MappedFile file, string name, JsonElement entry, string key)
    {
        if (!entry.TryGetProperty(key, out var list) || list.ValueKind != JsonValueKind.Array)
        {
            throw Refuse(file, name, $"has no list {key}");
        }

        var numbers = new long[list.GetArrayLength()];
        for (var i = 0; i < numbers.Length; i++)
        {
            if (list[i].ValueKind != JsonValueKind.Number || !list[i].TryGetInt64(out numbers[i]) || numbers[i] < 0)
            {
                throw Refuse(file, name, $"{key} holds {list[i].GetRawText()}, expected whole numbers of at least 0");
            }
        }

        return numbers;
    }

    static void RequireNoGaps(MappedFile file, List<(StoredTensor Tensor, long Begin, long End)> tensors, long dataLength)
    {
        var end = 0L;
        var before = "the header";
        foreach (var tensor in tensors.OrderBy(t => t.Begin).ThenBy(t => t.End))
        {
            if (tensor.Begin != end)
            {
                var fault = tensor.Begin < end ? "overlaps" : "leaves a gap after";
                throw Refuse(file, tensor.Tensor.Name, $"begins at {tensor.Begin:N0} and {fault} {before}, which ends at {end:N0}");
            }

            end = tensor.End;
            before = tensor.Tensor.Name;
        }

        if (end != dataLength)
        {
            throw Refuse(file, $"its tensors take {end:N0} bytes, found {dataLength:N0} bytes of data");
        }
    }

    static PJobException Refuse(MappedFile file, string message) => ModelError.Refuse(file.Path, message);

    static PJobException Refuse(MappedFile file, string tensor, string message) =>
        ModelError.Refuse(file.Path, $"tensor {tensor}: {message}");
}
