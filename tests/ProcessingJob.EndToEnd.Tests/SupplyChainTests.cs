using System.Diagnostics;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ProcessingJob.Testing;

namespace ProcessingJob.EndToEnd.Tests;

/// <summary>What is built from others' work: named, with its license, and fixed by a digest or a commit.</summary>
public sealed partial class SupplyChainTests : IDisposable
{
    const string Base = "registry.example/team/base:1.2@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    static readonly string[] Licenses = ["MIT", "Apache-2.0", "BSD-3-Clause"];
    static readonly string[] Deps =
    [
        Path.Combine(Programs.Folder, "pjob.deps.json"),
        Path.Combine(Programs.Folder, "worker", "ProcessingJob.Worker.deps.json"),
    ];

    readonly TempFolder _folder = new();

    public static TheoryData<string> Workflows =>
        [
            .. Directory.GetFiles(Repo.File(".github", "workflows")).Select(f => $".github/workflows/{Path.GetFileName(f)}"),
            "infra/github/reprocess.yml",
        ];

    public void Dispose() => _folder.Dispose();

    [Theory, MemberData(nameof(Workflows))]
    public void Workflow_Actions_AreFixedByCommit(string workflow)
    {
        var lines = File.ReadLines(Repo.File(workflow)).Where(l => Uses().IsMatch(l)).ToList();
        Assert.NotEmpty(lines);
        Assert.All(lines, line => Assert.Matches(@"uses: [\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$", line));
        // One action, one commit: in every file the same.
        var all = Workflows.SelectMany(w => File.ReadLines(Repo.File(w.Data))).Select(l => Action().Match(l)).Where(m => m.Success);
        Assert.All(all.GroupBy(m => m.Groups[1].Value), group => Assert.Single(group.Select(m => m.Groups[2].Value).Distinct()));
    }

    [Fact]
    public void Versions_OfTransitivePackages_AreThoseOfThisRepository()
    {
        var props = File.ReadAllText(Repo.File("Directory.Packages.props"));
        Assert.Contains("<CentralPackageTransitivePinningEnabled>true<", props, StringComparison.Ordinal);
        Assert.DoesNotMatch("""Version="[^"$]*[*\[(]""", props);
        foreach (var workflow in (string[])["ci.yml", "release.yml"])
        {
            Assert.Contains(
                "NuGetAudit: \"true\"",
                File.ReadAllText(Repo.File(".github", "workflows", workflow)),
                StringComparison.Ordinal
            );
        }
    }

    [Fact]
    public async Task Licenses_OfAllPackages_AreListedAndKnown()
    {
        var ended = await SbomAsync(["--table", .. Deps]);
        Assert.True(ended.ExitCode == 0, ended.Error);
        var listed = File.ReadAllText(Repo.File("THIRD-PARTY.md"));
        Assert.Equal(Rows(ended.Out), Rows(listed));
        Assert.All(Rows(listed), row => Assert.Contains(row.Split(" | ")[1], Licenses));
    }

    [Theory, InlineData(0), InlineData(1)]
    public async Task Sbom_OfABuiltProgram_IsCycloneDxAndNamesEveryPackage(int program)
    {
        var deps = Deps[program];
        var ended = await SbomAsync([deps, _folder["out"], Base]);
        Assert.True(ended.ExitCode == 0, ended.Error);

        var text = await File.ReadAllTextAsync(_folder["out", "sbom.cdx.json"], TestContext.Current.CancellationToken);
        var components = JsonNode.Parse(text)!["components"]!.AsArray();
        var packages = JsonNode.Parse(await File.ReadAllTextAsync(deps, TestContext.Current.CancellationToken))!["libraries"]!
            .AsObject()
            .Where(l => (string?)l.Value!["type"] == "package")
            .Select(l => "pkg:nuget/" + l.Key.Replace('/', '@'));
        Assert.Equal(
            packages.Order(),
            components.Select(c => (string?)c!["purl"]).Where(p => p?.StartsWith("pkg:nuget/", StringComparison.Ordinal) == true).Order()
        );
        Assert.All(
            components.Where(c => c!["purl"] is not null),
            c => Assert.Matches("^([0-9a-f]{128}|[0-9a-f]{64})$", (string?)c!["hashes"]![0]!["content"])
        );
        var image = components.Single(c => (string?)c!["type"] == "container")!;
        Assert.Equal(("registry.example/team/base", "1.2"), ((string?)image["name"], (string?)image["version"]));
        Assert.EndsWith((string)image["hashes"]![0]!["content"]!, Base, StringComparison.Ordinal);
        Assert.DoesNotContain(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), text, StringComparison.Ordinal);

        var notices = await File.ReadAllTextAsync(_folder["out", "THIRD-PARTY-NOTICES.txt"], TestContext.Current.CancellationToken);
        Assert.Contains("Copyright 2016-2025 The Apache Software Foundation", notices, StringComparison.Ordinal);

        Assert.SkipUnless(Node.TryFind(out var reason), reason ?? "");
        Assert.Equal("", await Node.RunAsync("sbom.mjs", [], text, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Sbom_NativeLibraries_HaveTheHashOfTheFile()
    {
        var deps = Deps[1];
        await SbomAsync([deps, _folder["out"]]);
        var runtime = JsonNode.Parse(await File.ReadAllTextAsync(_folder["out", "sbom.cdx.json"], TestContext.Current.CancellationToken))![
            "components"
        ]!
            .AsArray()
            .Single(c => (string?)c!["name"] == "Microsoft.ML.OnnxRuntime")!;
        var files = runtime["components"]!.AsArray().ToDictionary(f => (string)f!["name"]!, f => (string)f!["hashes"]![0]!["content"]!);
        var library = Directory.GetFiles(Path.GetDirectoryName(deps)!, "libonnxruntime.*").Single();
        var hash = System.Security.Cryptography.SHA256.HashData(
            await File.ReadAllBytesAsync(library, TestContext.Current.CancellationToken)
        );
        Assert.Equal(Convert.ToHexStringLower(hash), files[Path.GetFileName(library)]);
    }

    [Fact]
    public async Task Sbom_PackageThatIsNotRestored_IsNamed()
    {
        var deps = _folder.Write(
            "x.deps.json",
            """{"runtimeTarget":{"name":"t"},"targets":{"t":{"No.Such/1.0.0":{}}},"libraries":{"No.Such/1.0.0":{"type":"package"}}}"""
        );
        var ended = await SbomAsync([deps, _folder["out"]]);
        Assert.Equal(1, ended.ExitCode);
        Assert.Contains("No.Such 1.0.0 is not in", ended.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cpu", "mcr.microsoft.com/dotnet/runtime-deps:10.0-noble-chiseled")]
    [InlineData("cuda", "nvidia/cuda:13.0.1-cudnn-runtime-ubuntu24.04")]
    public async Task BaseImages_OfTheDockerfile_ArePulledAndPinned(string target, string image)
    {
        var digest = Base[Base.IndexOf('@', StringComparison.Ordinal)..];
        var ended = await BaseImagesAsync(target, $"name{digest}");

        Assert.True(ended.ExitCode == 0, ended.Error);
        var name = $"{target.ToUpperInvariant()}_IMAGE";
        Assert.Equal(
            $"--build-arg SDK_IMAGE=mcr.microsoft.com/dotnet/sdk:10.0{digest} --build-arg {name}={image}{digest}",
            ended.Out.Trim()
        );
        Assert.Contains($"pull --quiet {image}\n", ended.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task BaseImages_EngineTellsNoDigest_EndsWithOne()
    {
        var ended = await BaseImagesAsync("cpu", "name:latest");
        Assert.Equal(1, ended.ExitCode);
        Assert.Contains(
            "podman tells no digest of mcr.microsoft.com/dotnet/sdk:10.0, but 'name:latest'",
            ended.Error,
            StringComparison.Ordinal
        );
    }

    // No registry is asked: the engine is a script that says what it was asked for on its standard error.
    async Task<Ended> BaseImagesAsync(string target, string answer)
    {
        var engine = _folder.Write("bin/podman", $"#!/bin/sh\necho \"$@\" >&2\n[ \"$1\" = pull ] || echo '{answer}'\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(engine, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        var start = new ProcessStartInfo("bash", [Repo.File("scripts", "base-images.sh"), target])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["ENGINE"] = "podman";
        start.Environment["PATH"] = $"{_folder["bin"]}:{Environment.GetEnvironmentVariable("PATH")}";
        using var process = Process.Start(start)!;
        return await process.EndAsync();
    }

    static IEnumerable<string> Rows(string table) =>
        table.Split('\n').Where(l => l.StartsWith("| ", StringComparison.Ordinal) && !l.StartsWith("| package", StringComparison.Ordinal));

    static async Task<Ended> SbomAsync(string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", ["run", Repo.File("scripts", "sbom.cs"), "--", .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        return await process.EndAsync();
    }

    [GeneratedRegex(@"^\s*(- )?uses:")]
    private static partial Regex Uses();

    [GeneratedRegex(@"uses: (\S+)@(\S+)")]
    private static partial Regex Action();
}
