using ProcessingJob.Contract;

namespace ProcessingJob.Storage;

/// <summary>Turns names from plans and commit records into paths, and refuses those that lead elsewhere.</summary>
public static class SourceNames
{
    /// <param name="root">Absolute path of a folder.</param>
    /// <param name="name">Path below it, with '/'.</param>
    /// <exception cref="PJobException">The name is absolute, has empty, '.' or '..' parts, or passes through a symbolic link.</exception>
    public static string Resolve(string root, string name)
    {
        if (!IsPlain(name))
        {
            throw new PJobException($"'{name}': not a path below the data; parts such as '..' and absolute paths are refused");
        }

        var path = root;
        foreach (var part in name.Split('/'))
        {
            path = Path.Combine(path, part);
            if (new FileInfo(path).LinkTarget is not null)
            {
                throw new PJobException($"{name}: passes through a symbolic link; links in the input are refused");
            }
        }
        return path;
    }

    /// <summary>
    /// True for what no data is by its name, as Spark and Hive have it: folder markers, and paths with a part that begins with '.' or
    /// '_' (_SUCCESS, .crc and the like).
    /// </summary>
    public static bool IsHidden(string name) =>
        name.Length == 0 || name.EndsWith('/') || name.Split('/').Any(part => part is ['.' or '_', ..]);

    /// <summary>The path up to its first hidden part; with a '/' behind where that is a folder.</summary>
    /// <param name="name">A hidden path.</param>
    public static string HiddenPart(string name)
    {
        var parts = name.Split('/');
        var at = Array.FindIndex(parts, part => part is ['.' or '_', ..]);
        return string.Join('/', parts[..(at + 1)]) + (at < parts.Length - 1 ? "/" : "");
    }

    /// <summary>Refuses a name with a line break or another control character, which could forge a line of a message.</summary>
    /// <param name="place">The folder or bucket, for the message.</param>
    /// <param name="name">Path below it.</param>
    /// <exception cref="PJobException">BadSpec: there is one in it; the message shows '?' in its place.</exception>
    public static void RefuseControls(string place, string name)
    {
        if (name.Any(char.IsControl))
        {
            var shown = string.Concat(name.Select(c => char.IsControl(c) ? '?' : c));
            throw new PJobException(
                $"{place}: the name '{shown}' has a line break or another control character where '?' stands; fix: rename the file",
                ExitCode.BadSpec
            );
        }
    }

    /// <summary>True for a relative path that stays below where it begins.</summary>
    public static bool IsPlain(string name) =>
        name.Length > 0 && !name.Contains('\\') && !name.Contains('\0') && name.Split('/').All(part => part is not ("" or "." or ".."));
}
