using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json.Nodes;

namespace ProcessingJob.Testing;

/// <summary>Writes and changes .safetensors files byte by byte, also broken ones.</summary>
public static class SafetensorsFile
{
    /// <param name="header">The JSON as it is to stand in the file.</param>
    public static byte[] Bytes(string header, int dataBytes) => Bytes(header, new byte[dataBytes]);

    public static byte[] Bytes(string header, byte[] data)
    {
        var json = Encoding.UTF8.GetBytes(header);
        var length = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, json.Length);
        return [.. length, .. json, .. data];
    }

    public static (JsonObject Header, byte[] Data) Parse(byte[] file)
    {
        var length = (int)BinaryPrimitives.ReadInt64LittleEndian(file);
        return (JsonNode.Parse(file.AsSpan(8, length))!.AsObject(), file[(8 + length)..]);
    }

    /// <summary>Rewrites a file with its header changed.</summary>
    public static void Change(string path, Action<JsonObject, byte[]> change)
    {
        var (header, data) = Parse(File.ReadAllBytes(path));
        change(header, data);
        File.WriteAllBytes(path, Bytes(header.ToJsonString(), data));
    }

    /// <summary>Rewrites a file with one more float32 tensor, or another one under the same name.</summary>
    public static void Set(string path, string name, int[] shape, float[] values)
    {
        var (header, data) = Parse(File.ReadAllBytes(path));
        header[name] = new JsonObject
        {
            ["dtype"] = "F32",
            ["shape"] = new JsonArray([.. shape.Select(d => JsonValue.Create(d))]),
            ["data_offsets"] = new JsonArray(data.Length, data.Length + 4 * values.Length),
        };
        File.WriteAllBytes(path, Packed(header, [.. data, .. MemoryMarshal.AsBytes<float>(values)]));
    }

    /// <summary>The values of a float32 tensor.</summary>
    public static float[] Get(string path, string name)
    {
        var (header, data) = Parse(File.ReadAllBytes(path));
        var (start, end) = Range(header[name]!);
        return MemoryMarshal.Cast<byte, float>(data.AsSpan(start..end)).ToArray();
    }

    /// <summary>The tensors of the header one after another: a tensor's old bytes would be a gap, which readers refuse.</summary>
    static byte[] Packed(JsonObject header, byte[] data)
    {
        var packed = new List<byte>(data.Length);
        foreach (var (_, tensor) in header.Where(t => t.Key != "__metadata__"))
        {
            var (start, end) = Range(tensor!);
            tensor!["data_offsets"] = new JsonArray(packed.Count, packed.Count + end - start);
            packed.AddRange(data.AsSpan(start..end));
        }

        return Bytes(header.ToJsonString(), [.. packed]);
    }

    static (int Start, int End) Range(JsonNode tensor) => ((int)tensor["data_offsets"]![0]!, (int)tensor["data_offsets"]![1]!);
}
