using System.Buffers.Binary;
using System.Text;
using System.Text.Json.Nodes;

namespace ProcessingJob.Models.Tests;

/// <summary>Writes and changes .safetensors files byte by byte, also broken ones.</summary>
static class SafetensorsFile
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
}
