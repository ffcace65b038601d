using System.Buffers.Binary;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using System.Text.Json;
using ProcessingJob.Contract;

namespace ProcessingJob.Models.Folders;

/// <summary>
/// Reads float tensors of a small .safetensors file: 8 bytes of header length, a JSON header of name → dtype, shape, data_offsets,
/// then the data, little-endian. F32, F16, BF16 and F64 become floats.
/// </summary>
static class SafeTensors
{
    const long LargestFile = 1 << 30;

    /// <exception cref="PJobException">Model: the file is missing, broken, or holds another type.</exception>
    public static IReadOnlyDictionary<string, (float[] Values, int[] Shape)> Read(string path)
    {
        try
        {
            var length = new FileInfo(path).Length;
            if (length is < 8 or > LargestFile)
            {
                throw new InvalidDataException($"a size of {length:N0} bytes is not possible here");
            }

            return Parse(File.ReadAllBytes(path));
        }
        catch (Exception e)
            when (e
                    is InvalidDataException
                        or JsonException
                        or IOException
                        or InvalidOperationException
                        or FormatException
                        or KeyNotFoundException
                        or OverflowException
                        or ArgumentException
            )
        {
            throw new PJobException($"{path}: cannot be read as safetensors: {e.Message}", ExitCode.Model, e);
        }
    }

    static Dictionary<string, (float[], int[])> Parse(byte[] file)
    {
        var headerLength = BinaryPrimitives.ReadUInt64LittleEndian(file);
        if (headerLength > (ulong)file.Length - 8)
        {
            throw new InvalidDataException("its header reaches over the end of the file");
        }

        var data = file.AsSpan(8 + (int)headerLength);
        using var header = JsonDocument.Parse(file.AsMemory(8, (int)headerLength));
        var tensors = new Dictionary<string, (float[], int[])>(StringComparer.Ordinal);
        foreach (var entry in header.RootElement.EnumerateObject())
        {
            if (entry.Name == "__metadata__")
            {
                continue;
            }

            var shape = entry.Value.GetProperty("shape").EnumerateArray().Select(v => v.GetInt32()).ToArray();
            var offsets = entry.Value.GetProperty("data_offsets").EnumerateArray().Select(v => v.GetInt32()).ToArray();
            if (offsets.Length != 2 || shape.Any(d => d < 0))
            {
                throw new InvalidDataException($"tensor {entry.Name} has a wrong shape");
            }

            var count = shape.Aggregate(1, (product, d) => checked(product * d));
            var values = Floats(entry.Value.GetProperty("dtype").GetString()!, data[offsets[0]..offsets[1]]);
            if (values.Length != count)
            {
                throw new InvalidDataException($"tensor {entry.Name} has {values.Length} values, its shape says {count}");
            }

            tensors[entry.Name] = (values, shape);
        }

        return tensors;
    }

    static float[] Floats(string type, ReadOnlySpan<byte> bytes)
    {
        switch (type)
        {
            case "F32":
                return MemoryMarshal.Cast<byte, float>(bytes).ToArray();
            case "F16":
                var halves = MemoryMarshal.Cast<byte, Half>(bytes);
                var floats = new float[halves.Length];
                TensorPrimitives.ConvertToSingle(halves, floats);
                return floats;
            case "BF16":
                return Array.ConvertAll(MemoryMarshal.Cast<byte, ushort>(bytes).ToArray(), b => BitConverter.Int32BitsToSingle(b << 16));
            case "F64":
                return Array.ConvertAll(MemoryMarshal.Cast<byte, double>(bytes).ToArray(), d => (float)d);
            default:
                throw new InvalidDataException($"found dtype {type}, expected F32, F16, BF16 or F64");
        }
    }
}
