using System.Diagnostics.CodeAnalysis;

namespace ProcessingJob.Testing;

/// <summary>Vocabularies and corpora of others, which lie beside the checkout (<c>../shared/data</c>) where they are at all.</summary>
public static class SharedData
{
    /// <summary>Finds <paramref name="relative"/> (such as <c>corpora/womens.jsonl</c>), or says why a test must be skipped.</summary>
    public static bool TryFind(string relative, [NotNullWhen(true)] out string? path, [NotNullWhen(false)] out string? skipReason)
    {
        path = Path.GetFullPath(Path.Combine(Repo.Root, "..", "shared", "data", relative));
        skipReason = null;
        if (Path.Exists(path))
        {
            return true;
        }

        skipReason = $"../shared/data/{relative} is not there.";
        path = null;
        return false;
    }
}
