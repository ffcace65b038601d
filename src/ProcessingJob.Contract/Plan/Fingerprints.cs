using System.Security.Cryptography;
using System.Text;

namespace ProcessingJob.Contract.Plan;

/// <summary>Fingerprints of files and folders: sha256 over content, in hex.</summary>
public static class Fingerprints
{
    public static string OfFile(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 20, FileOptions.SequentialScan);
        return OfStream(stream);
    }

    public static string OfStream(Stream stream) => Convert.ToHexStringLower(SHA256.HashData(stream));

    /// <summary>16 hex digits over names and versions; the order does not matter.</summary>
    public static string OfItems(IEnumerable<(string Name, string Version)> items)
    {
        // There may be a million: they are never one text.
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var isFirst = true;
        foreach (var (name, version) in items.OrderBy(i => i.Name, StringComparer.Ordinal))
        {
            hash.AppendData(Encoding.UTF8.GetBytes($"{(isFirst ? "" : "\n")}{version}  {name}"));
            isFirst = false;
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset())[..16];
    }
}
