#!/usr/bin/env dotnet
// What a built program contains, from its .deps.json and the packages it was restored from:
//   dotnet run scripts/sbom.cs -- PROGRAM.deps.json OUT [BASE_IMAGE…]   writes sbom.cdx.json (CycloneDX 1.6) and THIRD-PARTY-NOTICES.txt
//   dotnet run scripts/sbom.cs -- --table PROGRAM.deps.json…            prints the table of THIRD-PARTY.md
// The same files give the same bytes: no time, no machine's paths. A package without a known license is an error that names it.
#:property PublishAot=false
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using System.Xml.Linq;

try
{
    switch (args)
    {
        case ["--table", _, ..]:
            var all = args[1..].SelectMany(file => Inventory.Read(file).Packages).DistinctBy(p => p.Name);
            Console.WriteLine("| package | license | project |\n|---|---|---|");
            foreach (var package in all.OrderBy(p => p.Name, StringComparer.Ordinal))
            {
                Console.WriteLine($"| {package.Name} | {package.License} | {package.Url} |");
            }

            return 0;
        case [var deps, var folder, ..]:
            var inventory = Inventory.Read(deps);
            Directory.CreateDirectory(folder);
            File.WriteAllText(Path.Combine(folder, "sbom.cdx.json"), CycloneDx.Write(inventory, args[2..]));
            File.WriteAllText(Path.Combine(folder, "THIRD-PARTY-NOTICES.txt"), Notices.Write(inventory));
            Console.WriteLine($"{inventory.Packages.Count} packages, {args.Length - 2} base images");
            return 0;
        default:
            Console.Error.WriteLine("expected: sbom.cs -- PROGRAM.deps.json OUT [BASE_IMAGE…], or --table PROGRAM.deps.json…");
            return 2;
    }
}
catch (Exception e) when (e is IOException or InvalidDataException or JsonException)
{
    Console.Error.WriteLine($"sbom: {e.Message}");
    return 1;
}

/// <summary>A package of the program.</summary>
/// <param name="Sha512">Of the .nupkg, in hex.</param>
/// <param name="License">SPDX expression.</param>
/// <param name="Folder">Where it was restored to.</param>
/// <param name="Native">Libraries of it that lie beside the program.</param>
sealed record Package(
    string Name,
    string Version,
    string Sha512,
    string License,
    string Copyright,
    string Url,
    string Folder,
    IReadOnlyList<(string Name, string Sha256)> Native
)
{
    public string Reference => $"pkg:nuget/{Name}@{Version}";
}

/// <param name="Projects">Of this repository, the program among them.</param>
/// <param name="Uses">What each package and project uses, by name.</param>
sealed record Inventory(
    string Program,
    IReadOnlyList<Package> Packages,
    IReadOnlyList<(string Name, string Version)> Projects,
    IReadOnlyDictionary<string, string[]> Uses
)
{
    const string RuntimePack = "runtimepack.";

    public static Inventory Read(string deps)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(deps))!;
        var root = JsonNode.Parse(File.ReadAllText(deps))!;
        var target = root["targets"]![(string)root["runtimeTarget"]!["name"]!]!.AsObject();
        var (packages, projects, uses) = (new List<Package>(), new List<(string, string)>(), new Dictionary<string, string[]>());
        foreach (var (id, library) in root["libraries"]!.AsObject().OrderBy(l => l.Key, StringComparer.Ordinal))
        {
            var (name, version) = (id.Split('/')[0].Replace(RuntimePack, ""), id.Split('/')[1]);
            uses[name] = [.. target[id]?["dependencies"]?.AsObject().Select(d => d.Key.Replace(RuntimePack, "")) ?? []];
            if ((string?)library!["type"] == "project")
            {
                projects.Add((name, version));
            }
            else
            {
                packages.Add(ReadPackage(name, version, NativeFiles(target[id]!, folder)));
            }
        }
        return new(Path.GetFileName(deps).Replace(".deps.json", ""), packages, projects, uses);
    }

    static (string, string)[] NativeFiles(JsonNode library, string folder) =>
        [
            .. (library["native"]?.AsObject() ?? [])
                .Select(file => Path.GetFileName(file.Key))
                .Where(name => File.Exists(Path.Combine(folder, name)))
                .Order(StringComparer.Ordinal)
                .Select(name => (name, Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Path.Combine(folder, name)))))),
        ];

    static Package ReadPackage(string name, string version, (string, string)[] native)
    {
        var cache =
            Environment.GetEnvironmentVariable("NUGET_PACKAGES")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        var (id, folder) = (name.ToLowerInvariant(), Path.Combine(cache, name.ToLowerInvariant(), version.ToLowerInvariant()));
        var nuspec = Path.Combine(folder, $"{id}.nuspec");
        if (!File.Exists(nuspec))
        {
            throw new InvalidDataException($"{name} {version} is not in {cache}; fix: restore the program here first");
        }

        var metadata = XDocument.Load(nuspec).Root!.Elements().Single(e => e.Name.LocalName == "metadata");
        string Text(string element) => metadata.Elements().FirstOrDefault(e => e.Name.LocalName == element)?.Value.Trim() ?? "";
        var sha512 = Convert.FromBase64String(File.ReadAllText(Path.Combine(folder, $"{id}.{version.ToLowerInvariant()}.nupkg.sha512")));
        return new(
            name,
            version,
            Convert.ToHexStringLower(sha512),
            License(metadata, folder)
                ?? throw new InvalidDataException($"{name} {version}: no known license; fix: look it up, and add it to License"),
            Text("copyright") is { Length: > 0 } copyright ? copyright : Text("authors"),
            Text("projectUrl"),
            folder,
            native
        );
    }

    static string? License(XElement metadata, string folder)
    {
        string? Text(string element) => metadata.Elements().FirstOrDefault(e => e.Name.LocalName == element)?.Value.Trim();
        if (metadata.Elements().FirstOrDefault(e => e.Name.LocalName == "license") is { } license)
        {
            return (string?)license.Attribute("type") == "expression" ? license.Value.Trim()
                : File.ReadLines(Path.Combine(folder, license.Value.Trim())).FirstOrDefault() is "MIT License" ? "MIT"
                : null;
        }
        // Packages from before NuGet knew expressions: what lies at their address, looked up.
        return Text("licenseUrl") switch
        {
            "https://github.com/MiloszKrajewski/K4os.Compression.LZ4/blob/master/LICENSE?raw=true" => "MIT",
            "https://raw.githubusercontent.com/MiloszKrajewski/K4os.Hash.xxHash/master/LICENSE" => "MIT",
            _ => null,
        };
    }
}

/// <summary>https://cyclonedx.org/docs/1.6/json/</summary>
static class CycloneDx
{
    static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static string Write(Inventory inventory, IReadOnlyList<string> images)
    {
        var versions = inventory.Projects.ToDictionary(p => p.Name, p => $"{p.Name}@{p.Version}");
        foreach (var package in inventory.Packages)
        {
            versions[package.Name] = package.Reference;
        }

        var (name, version) = inventory.Projects.Single(p => p.Name == inventory.Program);
        var program = Own("application", name, version);
        var document = new JsonObject
        {
            ["$schema"] = "http://cyclonedx.org/schema/bom-1.6.schema.json",
            ["bomFormat"] = "CycloneDX",
            ["specVersion"] = "1.6",
            ["version"] = 1,
            ["metadata"] = new JsonObject { ["component"] = program },
            ["components"] = Array(
                [
                    .. inventory.Projects.Where(p => p.Name != name).Select(p => Own("library", p.Name, p.Version)),
                    .. inventory.Packages.Select(Library),
                    .. images.Select(Image),
                ]
            ),
            ["dependencies"] = Array(
                inventory.Uses.Select(use => new JsonObject
                {
                    ["ref"] = versions[use.Key],
                    ["dependsOn"] = new JsonArray(
                        [.. use.Value.Where(versions.ContainsKey).Select(u => versions[u]).Distinct().Select(u => (JsonNode)u)]
                    ),
                })
            ),
        };
        return document.ToJsonString(Indented) + "\n";
    }

    static JsonObject Own(string type, string name, string version) =>
        new()
        {
            ["type"] = type,
            ["bom-ref"] = $"{name}@{version}",
            ["name"] = name,
            ["version"] = version,
            ["licenses"] = Licenses("MIT"),
        };

    static JsonObject Library(Package package)
    {
        var component = new JsonObject
        {
            ["type"] = "library",
            ["bom-ref"] = package.Reference,
            ["name"] = package.Name,
            ["version"] = package.Version,
            ["hashes"] = Hash("SHA-512", package.Sha512),
            ["licenses"] = Licenses(package.License),
            ["copyright"] = package.Copyright,
            ["purl"] = package.Reference,
        };
        if (package.Native.Count > 0)
        {
            component["components"] = Array(
                package.Native.Select(file => new JsonObject
                {
                    ["type"] = "file",
                    ["bom-ref"] = $"{package.Reference}#{file.Name}",
                    ["name"] = file.Name,
                    ["hashes"] = Hash("SHA-256", file.Sha256),
                })
            );
        }
        return component;
    }

    // name[:tag][@sha256:digest]; without a digest nobody can tell later which image it was.
    static JsonObject Image(string reference)
    {
        var match = Regex.Match(reference, @"^(?<name>.+?)(:(?<tag>[^:/@]+))?(@sha256:(?<digest>[0-9a-f]{64}))?$");
        var (name, tag, digest) = (match.Groups["name"].Value, match.Groups["tag"].Value, match.Groups["digest"].Value);
        var image = new JsonObject
        {
            ["type"] = "container",
            ["bom-ref"] = reference,
            ["name"] = name,
            ["version"] = tag,
        };
        if (digest.Length > 0)
        {
            image["hashes"] = Hash("SHA-256", digest);
            image["purl"] = $"pkg:oci/{name[(name.LastIndexOf('/') + 1)..]}@sha256%3A{digest}?repository_url={name}&tag={tag}";
        }
        return image;
    }

    static JsonArray Licenses(string expression) => [new JsonObject { ["expression"] = expression }];

    static JsonArray Hash(string algorithm, string content) => [new JsonObject { ["alg"] = algorithm, ["content"] = content }];

    static JsonArray Array(IEnumerable<JsonObject> items) => new([.. items]);
}

/// <summary>Licenses and notices as the packages carry them, each text once.</summary>
static class Notices
{
    public static string Write(Inventory inventory)
    {
        var (text, seen) = (new StringBuilder($"{inventory.Program} contains the following packages.\n"), new Dictionary<string, string>());
        foreach (var package in inventory.Packages)
        {
            text.Append($"\n{new string('=', 100)}\n{package.Name} {package.Version}\nLicense: {package.License}\n");
            text.Append($"{package.Copyright}\n{package.Url}\n");
            foreach (var file in Directory.GetFiles(package.Folder).Where(IsNotice).Order(StringComparer.Ordinal))
            {
                var (name, content) = (Path.GetFileName(file), File.ReadAllText(file).ReplaceLineEndings("\n").Trim());
                text.Append(
                    seen.TryAdd(content, $"{name} of {package.Name}") ? $"\n--- {name}\n{content}\n" : $"\n--- {name}: as {seen[content]}\n"
                );
            }
        }
        return text.ToString();
    }

    static bool IsNotice(string file) => Regex.IsMatch(Path.GetFileName(file), "licen[sc]e|notice", RegexOptions.IgnoreCase);
}
