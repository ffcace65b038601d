using System.Runtime.InteropServices;
using System.Runtime.Loader;

namespace ProcessingJob.Worker;

/// <summary>
/// Finds native libraries where a project that refers to the worker puts them: below <c>runtimes/</c>, while the worker's own list of
/// dependencies, made for one platform, has them beside it.
/// </summary>
static class NativeLibraries
{
    static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "runtimes", RuntimeInformation.RuntimeIdentifier, "native");

    /// <summary>From here on, for every library that is not found otherwise.</summary>
    public static void FindBelowRuntimes() =>
        AssemblyLoadContext.Default.ResolvingUnmanagedDll += (_, name) =>
            Names(name).Select(n => Path.Combine(Folder, n)).FirstOrDefault(File.Exists) is { } path ? NativeLibrary.Load(path) : 0;

    static IEnumerable<string> Names(string name)
    {
        var extension = OperatingSystem.IsMacOS() ? ".dylib" : ".so";
        return [name, name + extension, $"lib{name}{extension}"];
    }
}
