using System.Text.RegularExpressions;

namespace ProcessingJob.Models.Modules;

/// <summary>Reads a Router: router_config.json, or config.json of older saves; its modules are in sub-folders.</summary>
static partial class RouterReader
{
    public static RouterModule Read(ModuleSource source)
    {
        var config = source.TryConfig("router_config.json") ?? source.Config("config.json");
        var types = config.Map("types");
        var structure = config.Object("structure") ?? throw config.Missing("structure");
        // A module that several routes name is one and the same.
        var read = new Dictionary<string, SentenceModule>(StringComparer.Ordinal);
        var routes = new List<(string, IReadOnlyList<SentenceModule>)>();
        foreach (var name in structure.Keys.Distinct())
        {
            routes.Add((name, [.. (structure.Texts(name) ?? []).Select(Module)]));
        }

        if (routes.Count == 0)
        {
            throw config.Refuse("structure has no routes");
        }

        var parameters = config.Object("parameters");
        var defaultRoute = parameters?.Text("default_route");
        var allowNoRole = parameters?.Flag("allow_empty_key") ?? true;
        var mappings = (parameters?.Map("route_mappings") ?? new Dictionary<string, string>()).ToDictionary(
            entry => ParseKey(entry.Key, config),
            entry => entry.Value
        );
        parameters?.Close();
        config.Close();
        foreach (var route in mappings.Values.Append(defaultRoute))
        {
            if (route is not null && routes.All(known => known.Item1 != route))
            {
                throw config.Refuse($"names the route {route}, the routes are {string.Join(", ", routes.Select(known => known.Item1))}");
            }
        }

        return new RouterModule(config.Path, routes, defaultRoute, allowNoRole, mappings);

        SentenceModule Module(string id)
        {
            if (read.TryGetValue(id, out var known))
            {
                return known;
            }

            var type = types.TryGetValue(id, out var found) ? found : throw config.Refuse($"structure names {id}, which types does not");
            var module = ModuleTypes.Read(config.Path, type, source with { Folder = ModuleFolders.Inside(config.Path, source.Folder, id) });
            return module is RouterModule
                ? throw config.Refuse($"{id} is a Router inside a Router, which is not supported")
                : read[id] = module;
        }
    }

    // Keys are Python tuples as text: ('query', 'text'), (None, 'image').
    static (string?, string?) ParseKey(string key, ModuleConfig config)
    {
        var match = TuplePattern().Match(key);
        return match.Success
            ? (Value(match.Groups[1].Value), Value(match.Groups[2].Value))
            : throw config.Refuse($"route_mappings has the key {key}, expected e.g. ('query', 'text')");

        static string? Value(string part) => part == "None" ? null : part[1..^1];
    }

    [GeneratedRegex("""^\((None|'[^']*'|"[^"]*"), *(None|'[^']*'|"[^"]*")\)$""")]
    private static partial Regex TuplePattern();
}
