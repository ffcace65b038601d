namespace ProcessingJob.Tokenization.Loading;

/// <summary>
/// Which folder of a model holds the tokenizer, and of what kind the module is that uses it: the first one of modules.json, behind a Router
/// that of the text's role (sentence-transformers, base/model.py and base/modules/router.py).
/// </summary>
/// <param name="Root">The model's folder.</param>
/// <param name="Path">Where the module's files are.</param>
/// <param name="Module">The module's class without its package; empty where there is no modules.json.</param>
sealed record TokenizerFolder(string Root, string Path, string Module)
{
    /// <summary>StaticEmbedding and its kin take the texts' own tokens only.</summary>
    public bool IsStatic => Module is "StaticEmbedding" or "SparseStaticEmbedding" or StaticModel;

    /// <summary>Tables of vectors without modules.json, as model2vec reads them.</summary>
    public bool IsModel2Vec => Module == StaticModel;

    /// <summary>
    /// Whether the module's own files are read: sentence-transformers makes modules up for a folder without modules.json, and leaves their
    /// files alone (sentence_transformer/model.py, _load_default_modules).
    /// </summary>
    public bool IsListed { get; private init; } = true;

    const string ModulesFile = "modules.json";
    const string StaticModel = "StaticModel";

    public static TokenizerFolder Find(string root, string? task)
    {
        var modules = Json.ReadIfThere(System.IO.Path.Combine(root, ModulesFile));
        if (modules.IsNull)
        {
            var config = Json.ReadIfThere(System.IO.Path.Combine(root, "config.json"));
            return new TokenizerFolder(root, root, config["model_type"].TextOrNull == "model2vec" ? StaticModel : "")
            {
                IsListed = IsBelowModules(root),
            };
        }

        foreach (var module in modules.Items)
        {
            var found = new TokenizerFolder(root, Below(root, module["path"]), ClassOf(module["type"]));
            return found.Module is "Router" or "Asym" ? found.Route(task) : found;
        }

        throw Refusal.Broken(modules.Where, "lists no module");
    }

    /// <summary>A module's folder stands below modules.json, that of a Router's module two levels below.</summary>
    static bool IsBelowModules(string folder)
    {
        var parent = System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(folder).TrimEnd('/'));
        var above = System.IO.Path.GetDirectoryName(parent);
        return File.Exists(System.IO.Path.Combine(parent ?? "", ModulesFile))
            || File.Exists(System.IO.Path.Combine(above ?? "", ModulesFile));
    }

    TokenizerFolder Route(string? task)
    {
        var file = System.IO.Path.Combine(Path, "router_config.json");
        var config = Json.Read(File.Exists(file) ? file : System.IO.Path.Combine(Path, "config.json"));
        var route = config["structure"][RouteName(config, task)];
        foreach (var id in route.Items)
        {
            var module = new TokenizerFolder(Root, Below(Path, id), ClassOf(config["types"][id.Text]));
            return module.Module is "Router" or "Asym" ? throw Refusal.Unsupported(config.Where, "a router behind a router") : module;
        }

        throw Refusal.Broken(route.Where, "is a route without modules");
    }

    static string RouteName(Json config, string? task)
    {
        var parameters = config["parameters"];
        var mappings = parameters["route_mappings"];
        // The keys are Python's tuples of task and modality, most precise first.
        string[] keys =
            task == null
                ? ["(None, 'text')", "(None, None)"]
                : [$"('{task}', 'text')", $"('{task}', None)", "(None, 'text')", "(None, None)"];
        foreach (var key in keys)
        {
            if (mappings[key].TextOrNull is { } mapped)
            {
                return mapped;
            }
        }

        var routes = config["structure"].Members.Select(route => route.Name).ToList();
        if (task != null && routes.Contains(task))
        {
            return task;
        }

        if (routes.Contains("text"))
        {
            return "text";
        }

        if (task == null && parameters["default_route"].TextOrNull is { } preferred)
        {
            return preferred;
        }

        return task == null && routes.Count > 0
            ? routes[0]
            : throw Refusal.Broken(config["structure"].Where, $"has no route {task}, only {string.Join(", ", routes)}");
    }

    static string ClassOf(Json type) => type.Text[(type.Text.LastIndexOf('.') + 1)..];

    /// <summary>A folder named by a file of the model, which must stay inside of the model.</summary>
    static string Below(string folder, Json name)
    {
        var relative = name.TextOrNull ?? "";
        if (System.IO.Path.IsPathRooted(relative) || relative.Split('/', '\\').Contains(".."))
        {
            throw Refusal.Broken(name.Where, $"names {relative}, expected a folder inside of the model");
        }

        return relative is "" or "." ? folder : System.IO.Path.Combine(folder, relative);
    }
}
