using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace ProcessingJob.Contract.Spec;

/// <summary>Reads <c>job.yaml</c> or <c>job.json</c>. All faults of a file are reported at once, each with line and key.</summary>
public static class SpecReader
{
    const int LargestText = 1 << 20;
    const int LargestDepth = 64;
    const int MostFaults = 20;

    /// <exception cref="PJobException">The file cannot be read, or its content is wrong (exit code 2).</exception>
    public static JobSpec ReadFile(string path)
    {
        try
        {
            return Parse(File.ReadAllText(path), path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (Directory.Exists(path))
            {
                throw new PJobException($"{path}: is a folder, expected a file such as job.yaml", ExitCode.BadSpec, e);
            }

            var nearest = Neighbor(path);
            throw new PJobException(
                $"{path}: cannot read the job spec: {FileFault.Of(e)}"
                    + (
                        nearest is null
                            ? "; fix: name your job spec, or write one with 'pjob init DATA MODEL'"
                            : $"; did you mean {nearest}?"
                    ),
                ExitCode.BadSpec,
                e
            );
        }
    }

    /// <summary>A job spec with nearly that name in the same folder.</summary>
    static string? Neighbor(string path)
    {
        var folder = Path.GetDirectoryName(path);
        var searched = string.IsNullOrEmpty(folder) ? "." : folder;
        var specs = Directory.Exists(searched)
            ? Directory
                .EnumerateFiles(searched)
                .Select(f => Path.GetFileName(f))
                .Where(f => Path.GetExtension(f) is ".yaml" or ".yml" or ".json")
            : [];
        return Names.Nearest(Path.GetFileName(path), specs.Order(StringComparer.Ordinal)) is { } name
            ? Path.Combine(folder ?? "", name)
            : null;
    }

    /// <param name="text">YAML or JSON.</param>
    /// <param name="name">Stands before line numbers in messages.</param>
    /// <exception cref="PJobException">Exit code 2; the message has one line per fault.</exception>
    public static JobSpec Parse(string text, string name)
    {
        var faults = new List<string>();
        var spec = new JobSpec();
        if (Load(text, name) is { } root)
        {
            CheckStamp(root, name);
            Walk(root, "", name, ref spec, faults);
        }

        return faults.Count == 0 ? spec : throw Bad(faults);
    }

    /// <summary>
    /// Sets one key from the command line: <c>--tokens.max_length 256</c>. Lists are written <c>a,b</c>, maps <c>a=1,b=2</c> or as YAML.
    /// </summary>
    /// <exception cref="PJobException">Exit code 2.</exception>
    public static JobSpec Apply(JobSpec spec, string path, string value)
    {
        var key = SpecKeys.Find(path) ?? throw new PJobException(UnknownKey("the command line", path), ExitCode.BadSpec);
        try
        {
            return key.Read(spec, ArgumentNode(key, value));
        }
        catch (Exception e) when (e is SpecValueException or YamlException)
        {
            throw new PJobException($"--{path}: {e.Message}", ExitCode.BadSpec);
        }
    }

    /// <summary>Takes out what launchers write into job.json beside the keys.</summary>
    static void CheckStamp(YamlMappingNode root, string name)
    {
        if (
            root.Children.TryGetValue(FormatStamp.Key, out var found)
            && found is YamlMappingNode stamp
            && Member("format") is { } format
            && int.TryParse(format, out var number)
        )
        {
            FormatStamp.Check(number, Member("version") ?? "of an unknown version", name);
            root.Children.Remove(FormatStamp.Key);
        }

        string? Member(string key) => stamp.Children.TryGetValue(key, out var value) ? (value as YamlScalarNode)?.Value : null;
    }

    static YamlNode ArgumentNode(SpecKey key, string value)
    {
        if ((key.Schema["oneOf"]?[0] ?? key.Schema)["type"]?.ToString() == "object")
        {
            return value.Contains('=', StringComparison.Ordinal) && !value.TrimStart().StartsWith('{')
                ? Pairs(value)
                : LoadYaml(value) ?? new YamlMappingNode();
        }

        if (key.Schema["oneOf"] is null)
        {
            return new YamlScalarNode(value);
        }

        return value.StartsWith('[')
            ? LoadYaml(value)!
            : new YamlSequenceNode(
                value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(v => new YamlScalarNode(v))
            );
    }

    static YamlMappingNode Pairs(string value)
    {
        var map = new YamlMappingNode();
        foreach (var pair in value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            // The value of a pair may hold '=' itself, as tags do.
            var parts = pair.Split('=', 2, StringSplitOptions.TrimEntries);
            if (parts.Length < 2 || map.Children.ContainsKey(parts[0]))
            {
                throw new YamlException($"found '{pair}', expected each name once, with its value: name=value");
            }

            map.Add(parts[0], parts[1]);
        }
        return map;
    }

    static YamlMappingNode? Load(string text, string name)
    {
        try
        {
            // Tabs may indent JSON but not YAML; inside JSON texts they cannot stand unescaped.
            var isJson = text.AsSpan().TrimStart() is ['{', ..];
            return LoadYaml(isJson ? text.Replace('\t', ' ') : text) switch
            {
                null => null,
                YamlMappingNode map => map,
                var other => throw Bad([
                    $"{name}: is no job spec: line {other.Start.Line} is a {(other is YamlSequenceNode ? "list" : "text")}, "
                        + "expected keys with "
                        + $"values{(IsData(name) ? $"; fix: pjob init {name}" : "")}",
                ]),
            };
        }
        catch (YamlException e)
        {
            throw Bad([
                IsData(name) ? $"{name}: is no job spec, it looks like data; fix: pjob init {name}" : YamlFault.Describe(e, text, name),
            ]);
        }
    }

    static bool IsData(string name) =>
        InputFormats.All.SelectMany(f => InputFormats.Of(f).Extensions).Contains(Path.GetExtension(name).ToLowerInvariant())
        && Path.GetExtension(name) is not (".json" or "");

    static YamlNode? LoadYaml(string text)
    {
        CheckSize(text);
        var yaml = new YamlStream();
        try
        {
            yaml.Load(new StringReader(text));
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException or IndexOutOfRangeException)
        {
            // YamlDotNet lets its own checks through on some malformed texts.
            throw new YamlException(e.Message);
        }
        if (yaml.Documents.Count > 1)
        {
            var second = yaml.Documents[1].RootNode.Start;
            throw new SpecTextException(second, "found a second document after '---', expected one");
        }

        return yaml.Documents.Count == 0 || yaml.Documents[0].RootNode is YamlScalarNode { Value: "" or null }
            ? null
            : yaml.Documents[0].RootNode;
    }

    // The parser takes the square of the depth, and texts of this size are no specs.
    static void CheckSize(string text)
    {
        if (text.Length > LargestText)
        {
            throw new SpecTextException($"found {text.Length} characters, expected at most {LargestText}");
        }

        var (depth, quote, before) = (0, '\0', ' ');
        foreach (var c in text)
        {
            // A key at the begin of a line is in no list, and no quote of a text before it counts.
            (depth, quote) = before == '\n' && char.IsAsciiLetter(c) ? (0, '\0') : (depth, quote);
            before = c;
            if (quote != '\0' || c is '"' or '\'')
            {
                quote =
                    quote == '\0' ? c
                    : quote == c ? '\0'
                    : quote;
                continue;
            }

            depth +=
                c is '[' or '{' ? 1
                : c is ']' or '}' ? -1
                : 0;
            if (depth > LargestDepth)
            {
                throw new SpecTextException($"found lists or maps within each other, more than {LargestDepth} deep");
            }
        }
    }

    static void Walk(YamlMappingNode map, string prefix, string name, ref JobSpec spec, List<string> faults)
    {
        foreach (var (keyNode, value) in map.Children)
        {
            var path = prefix + (keyNode as YamlScalarNode)?.Value;
            var where = $"{name}:{keyNode.Start.Line}";
            if (SpecKeys.Find(path) is { } key)
            {
                if (IsNull(value))
                {
                    continue;
                }

                try
                {
                    spec = key.Read(spec, value);
                }
                catch (SpecValueException e)
                {
                    faults.Add($"{name}:{e.At.Line}: {path}: {e.Message}");
                }
            }
            else if (SpecKeys.Sections.Contains(path))
            {
                if (value is YamlMappingNode section)
                {
                    Walk(section, path + ".", name, ref spec, faults);
                }
                else if (!IsNull(value))
                {
                    faults.Add($"{where}: '{path}' is a section: expected keys below it");
                }
            }
            else
            {
                faults.Add(UnknownKey(where, path));
            }
        }
    }

    // "key:" with nothing after it, or null, leaves the default.
    static bool IsNull(YamlNode node) => node is YamlScalarNode { Style: ScalarStyle.Plain, Value: "" or "null" or "~" or null };

    static string UnknownKey(string where, string path)
    {
        var last = path[(path.LastIndexOf('.') + 1)..];
        var known = SpecKeys.All.Select(k => k.Path).Concat(SpecKeys.Sections).ToList();
        // A right key in the wrong section is more likely than a misspelt one.
        var nearest =
            known.FirstOrDefault(k => k.EndsWith("." + last, StringComparison.Ordinal))
            ?? Names.Nearest(path, known)
            ?? known.FirstOrDefault(k => Names.Nearest(last, [k[(k.LastIndexOf('.') + 1)..]]) is not null);
        return $"{where}: unknown key '{path}'" + (nearest is null ? "; 'pjob schema' lists all keys" : $"; did you mean '{nearest}'?");
    }

    static PJobException Bad(List<string> faults) =>
        new(
            string.Join('\n', faults.Take(MostFaults))
                + (faults.Count > MostFaults ? $"\nand {faults.Count - MostFaults} more faults" : ""),
            ExitCode.BadSpec
        );
}
