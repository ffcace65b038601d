using System.Text.RegularExpressions;
using ProcessingJob.Testing;

namespace ProcessingJob.EndToEnd.Tests;

/// <summary>The house's rules over the projects of src, as they are compiled and as they lie on disk.</summary>
public sealed partial class ArchitectureTests
{
    static readonly string[] Roots = ["src", "tests", "scripts"];

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

    [Fact]
    public void Lines_OfAllSources_HaveAtMost140Characters()
    {
        var files = Roots
            .SelectMany(root => Directory.EnumerateFiles(Repo.File(root), "*.cs", SearchOption.AllDirectories))
            .Where(f => !f.EndsWith(".g.cs", StringComparison.Ordinal) && !f.Contains("/obj/", StringComparison.Ordinal));
        var tooLong = new List<string>();
        foreach (var file in files)
        {
            var isRaw = false;
            foreach (var (index, line) in File.ReadLines(file).Index())
            {
                // What stands between triple quotes is data.
                var marks = line.Split("\"\"\"").Length - 1;
                if (line.Length > 140 && !isRaw && marks == 0)
                {
                    tooLong.Add($"{file}:{index + 1}");
                }

                isRaw ^= marks % 2 == 1;
            }
        }

        Assert.True(tooLong.Count == 0, string.Join('\n', tooLong));
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
