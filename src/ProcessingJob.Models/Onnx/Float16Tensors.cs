using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using ProcessingJob.Contract.Wire;
using static ProcessingJob.Models.Onnx.OnnxFields;

namespace ProcessingJob.Models.Onnx;

/// <summary>TensorProtos from float32 to float16; tensors of other types are only brought in from external data.</summary>
sealed class Float16Tensors(string folder)
{
    /// <exception cref="InvalidDataException">Its data is not where it says, or not of the size it says.</exception>
    public ProtoWriter Convert(ReadOnlySpan<byte> tensor)
    {
        var (type, isExternal) = (0L, false);
        var look = new ProtoReader(tensor);
        while (look.Next())
        {
            if (look.Field == TensorElementType)
            {
                type = look.Number;
            }
            else if (look.Field == TensorLocation)
            {
                isExternal = look.Number == LocationExternal;
            }
        }

        var isFloat = type == OnnxGraphWriter.Float;
        var written = new ProtoWriter();
        var r = new ProtoReader(tensor);
        while (r.Next())
        {
            if (
                r.Field is TensorFloats or TensorRaw && (isFloat || isExternal)
                || r.Field is TensorExternal or TensorLocation && isExternal
            )
            {
                continue;
            }

            if (r.Field == TensorElementType && isFloat)
            {
                written.Number(TensorElementType, OnnxGraphWriter.Float16);
            }
            else
            {
                written.Raw(r.Raw);
            }
        }

        if (isFloat)
        {
            written.Bytes(
                TensorRaw,
                Halves(isExternal ? MemoryMarshal.Cast<byte, float>(External(tensor)) : Floats(tensor, TensorFloats, TensorRaw))
            );
        }
        else if (isExternal)
        {
            written.Bytes(TensorRaw, External(tensor));
        }

        return written;
    }

    public static string NameOf(ReadOnlySpan<byte> tensor)
    {
        var r = new ProtoReader(tensor);
        while (r.Next())
        {
            if (r.Field == TensorName)
            {
                return r.Text;
            }
        }

        return "";
    }

    /// <summary>An attribute <c>value</c> with a float16 tensor.</summary>
    public static ProtoWriter Attribute(ReadOnlySpan<float> values, ReadOnlySpan<long> dimensions)
    {
        var tensor = new ProtoWriter();
        foreach (var dimension in dimensions)
        {
            tensor.Number(TensorDimensions, dimension);
        }

        tensor.Number(TensorElementType, OnnxGraphWriter.Float16).Bytes(TensorRaw, Halves(values));
        return new ProtoWriter().Text(AttributeName, "value").Message(AttributeTensor, tensor).Number(AttributeType, TypeTensor);
    }

    /// <summary>The floats of a message: a field of them, packed or not, or one of raw bytes.</summary>
    public static ReadOnlySpan<float> Floats(ReadOnlySpan<byte> message, int field, int rawField = -1)
    {
        var values = new List<float>();
        var r = new ProtoReader(message);
        while (r.Next())
        {
            if (r.Field == rawField)
            {
                return MemoryMarshal.Cast<byte, float>(r.Bytes);
            }

            if (r.Field != field)
            {
                continue;
            }

            if (r.IsNumber)
            {
                values.Add(BitConverter.UInt32BitsToSingle((uint)r.Number));
            }
            else
            {
                values.AddRange(MemoryMarshal.Cast<byte, float>(r.Bytes));
            }
        }

        return CollectionsMarshal.AsSpan(values);
    }

    /// <summary>
    /// What is beyond float16 becomes its largest number: masks are written as the lowest float32, which as an infinity would make rows
    /// of padding NaN. A lone number that would vanish is an epsilon: it becomes the smallest there is, because something is divided by it.
    /// </summary>
    static ReadOnlySpan<byte> Halves(ReadOnlySpan<float> values)
    {
        var halves = new Half[values.Length];
        for (var i = 0; i < values.Length; i += 4096)
        {
            var block = values.Slice(i, Math.Min(4096, values.Length - i));
            Span<float> clamped = new float[block.Length];
            TensorPrimitives.Clamp(block, (float)Half.MinValue, (float)Half.MaxValue, clamped);
            TensorPrimitives.ConvertToHalf(clamped, halves.AsSpan(i));
        }

        if (values is [not 0 and var lone] && halves[0] == Half.Zero)
        {
            halves[0] = lone < 0 ? -Half.Epsilon : Half.Epsilon;
        }

        return MemoryMarshal.AsBytes(halves.AsSpan());
    }

    byte[] External(ReadOnlySpan<byte> tensor)
    {
        var entries = new Dictionary<string, string>();
        var r = new ProtoReader(tensor);
        while (r.Next())
        {
            if (r.Field != TensorExternal)
            {
                continue;
            }

            var (key, value) = OnnxValues.Entry(r.Bytes);
            entries[key] = value;
        }

        using var file = File.OpenRead(Path.Combine(folder, entries.GetValueOrDefault("location", "")));
        var offset = Number("offset", 0);
        var length = Number("length", file.Length - offset);
        if (offset < 0 || length < 0 || offset + length > file.Length)
        {
            throw new InvalidDataException(
                $"a weight is at bytes {offset:N0} to {offset + length:N0} of {file.Name}, which has {file.Length:N0}"
            );
        }

        var data = new byte[length];
        file.Position = offset;
        file.ReadExactly(data);
        return data;

        long Number(string key, long otherwise) =>
            !entries.TryGetValue(key, out var text) ? otherwise
            : long.TryParse(text, out var number) ? number
            : throw new InvalidDataException($"the {key} of a weight is '{text}'");
    }
}
