using System.Globalization;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Spec;

namespace ProcessingJob.Worker;

/// <summary>What this process may take: the limit of its container, or what the machine has.</summary>
static class MemoryLimit
{
    const string Root = "/sys/fs/cgroup";

    /// <summary>Bytes; those that are asked for (compute.memory), where they are there.</summary>
    /// <exception cref="PJobException">BadSpec: more is asked for than there is.</exception>
    public static long Of(long? asked) => Of(asked, Find());

    /// <inheritdoc cref="Of(long?)"/>
    public static long Of(long? asked, long there) =>
        asked is not { } bytes ? there
        : bytes <= there ? bytes
        : throw new PJobException(
            $"compute.memory: found {MemorySizes.Format(bytes)}, but this host may take {there / 1_000_000} MB; fix: auto, or at most that",
            ExitCode.BadSpec
        );

    /// <summary>Bytes.</summary>
    static long Find()
    {
        var machine = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        // .NET names what its heap may take, three quarters of a container's memory; the rest is for what is not on the heap.
        return Files().Select(Read).FirstOrDefault(limit => limit is > 0) is { } limit && limit / 2 < machine ? limit : machine;
    }

    /// <summary>
    /// Of this process's own group, then of the root, which within a container is its own (docs.kernel.org: admin-guide/cgroup-v2,
    /// admin-guide/cgroup-v1/memory; man 7 cgroups on /proc/[pid]/cgroup).
    /// </summary>
    static IEnumerable<string> Files()
    {
        const string own = "/proc/self/cgroup";
        foreach (var line in File.Exists(own) ? File.ReadAllLines(own) : [])
        {
            if (line.Split(':', 3) is not [_, var controllers, var path])
            {
                continue;
            }

            if (controllers.Length == 0)
            {
                yield return $"{Root}{path}/memory.max";
            }
            else if (controllers == "memory")
            {
                yield return $"{Root}/memory{path}/memory.limit_in_bytes";
            }
        }

        yield return $"{Root}/memory.max";
        yield return $"{Root}/memory/memory.limit_in_bytes";
    }

    static long? Read(string file)
    {
        try
        {
            return long.TryParse(File.ReadAllText(file), NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out var limit)
                ? limit
                : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
