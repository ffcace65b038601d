using System.Text.RegularExpressions;
using ProcessingJob.Testing;

namespace ProcessingJob.EndToEnd.Tests;

/// <summary>The house's rules over the projects of src, as they are compiled and as they lie on disk.</summary>
public sealed partial class ArchitectureTests
{
    public static TheoryData<string> Projects => [.. Directory.GetDirectories(Repo.File("src")).Select(d => Path.GetFileName(d)).Order()];

    [Theory]
    [MemberData(nameof(Projects))]
    public void Folders_OfAProject_PointOneWay(string project)
    {
        using var types = Compiled(project);
        var cycle = types.FindCycle();
        Assert.True(cycle is null, $"{project}: {string.Join(" -> ", cycle ?? [])}");
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void Namespaces_OfAProject_FollowItsFolders(string project)
    {
        var root = Repo.File("src", project);
        foreach (var file in Directory.EnumerateFiles(root, "*.cs", SearchOption.AllDirectories))
        {
            var folder = Path.GetRelativePath(root, Path.GetDirectoryName(file)!);
            if (folder.Split(Path.DirectorySeparatorChar)[0] is "bin" or "obj")
            {
                continue;
            }

            var expected = folder == "." ? project : $"{project}.{folder.Replace(Path.DirectorySeparatorChar, '.')}";
            var found = NamespaceLine().Match(File.ReadAllText(file));
            Assert.True(!found.Success || found.Groups[1].Value == expected, $"{file}: {found.Groups[1].Value}, expected {expected}");
        }
    }

    [Fact]
    public void TypeNames_OfAllProjects_StandInOneProjectOnly()
    {
        var owners = new Dictionary<string, string>();
        var doubled = new List<string>();
        foreach (var project in Projects.Select(p => p.Data))
        {
            using var types = Compiled(project);
            foreach (var name in types.Names.Distinct())
            {
                if (!owners.TryAdd(name, project))
                {
                    doubled.Add($"{name}: {owners[name]}, {project}");
                }
            }
        }

        Assert.True(doubled.Count == 0, string.Join("; ", doubled));
    }

    /// <summary>The assemblies beside pjob, which has all projects but the worker in its own folder.</summary>
    static CompiledTypes Compiled(string project)
    {
        var name = project == "ProcessingJob.Cli" ? "pjob.dll" : project + ".dll";
        var beside = Path.Combine(Programs.Folder, name);
        return new(File.Exists(beside) ? beside : Path.Combine(Programs.Folder, "worker", name));
    }

    [GeneratedRegex(@"^namespace ([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex NamespaceLine();
}
