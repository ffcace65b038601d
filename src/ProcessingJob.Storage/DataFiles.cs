using ProcessingJob.Contract.Spec;

namespace ProcessingJob.Storage;

/// <summary>Which files of a folder or prefix are its data, told by their names.</summary>
public static class DataFiles
{
    /// <summary>What Hugging Face data sets and repositories have beside their data.</summary>
    static readonly string[] Descriptions =
    [
        "readme",
        "readme.md",
        "readme.txt",
        "license",
        "license.md",
        "license.txt",
        DatasetInfo,
        "dataset_infos.json",
        "dataset_dict.json",
    ];

    static readonly HashSet<string> DescriptionNames = new(Descriptions, StringComparer.OrdinalIgnoreCase);

    /// <summary>Markers and checksums of Spark, Hadoop, Databricks, git and file systems: nobody takes them for data.</summary>
    static readonly string[] Markers = ["_success", "_metadata", "_common_metadata", ".gitattributes", ".gitignore", ".ds_store"];

    const string DatasetInfo = "dataset_info.json";

    /// <summary>
    /// Takes the files that only describe the data out of a listing: README and LICENSE (unless the format is text, of which they may be
    /// rows), the JSON files that datasets writes, and checksums (.crc).
    /// </summary>
    /// <param name="files">Files of a folder.</param>
    /// <param name="nameOf">A file's path, with '/'.</param>
    /// <param name="format">That the spec gives all files, or auto.</param>
    public static (IReadOnlyList<T> Data, IReadOnlyList<string> Skipped) Split<T>(
        IReadOnlyList<T> files,
        Func<T, string> nameOf,
        InputFormat format
    )
    {
        var described = files
            .Select(nameOf)
            .Where(name => name.EndsWith(DatasetInfo, StringComparison.Ordinal) && LastPart(name) == DatasetInfo)
            .Select(name => name[..^DatasetInfo.Length])
            .ToHashSet(StringComparer.Ordinal);
        var (data, skipped) = (new List<T>(files.Count), new List<string>());
        foreach (var file in files)
        {
            if (IsDescription(nameOf(file), described, format))
            {
                skipped.Add(nameOf(file));
            }
            else
            {
                data.Add(file);
            }
        }

        return (data, skipped);
    }

    /// <summary>Whether a hidden name or a description may be missed by nobody: it needs no warning that it is skipped.</summary>
    /// <param name="name">Path with '/'; that of a folder ends in it.</param>
    public static bool IsMarker(string name)
    {
        var last = LastPart(name.TrimEnd('/')).ToLowerInvariant();
        return Markers.Contains(last)
            || last.EndsWith(".crc", StringComparison.Ordinal)
            || last.StartsWith("_started_", StringComparison.Ordinal)
            || last.StartsWith("_committed_", StringComparison.Ordinal)
            || (name.EndsWith('/') && last.StartsWith('.'));
    }

    static bool IsDescription(string name, HashSet<string> described, InputFormat format)
    {
        var last = name.AsSpan(name.LastIndexOf('/') + 1);
        return last.EndsWith(".crc", StringComparison.OrdinalIgnoreCase)
            || (
                DescriptionNames.GetAlternateLookup<ReadOnlySpan<char>>().Contains(last)
                && (format != InputFormat.Text || last.EndsWith(".json", StringComparison.OrdinalIgnoreCase))
            )
            // Many a table is called state, but not beside the file that describes a data set.
            || (last.Equals("state.json", StringComparison.OrdinalIgnoreCase) && described.Contains(name[..^last.Length]));
    }

    static string LastPart(string name) => name[(name.LastIndexOf('/') + 1)..];
}
