using ProcessingJob.Contract;
using ProcessingJob.Contract.Spec;

namespace ProcessingJob.Models.Modules;

/// <summary>Different modules for queries and documents; older saves call it Asym.</summary>
/// <param name="Routes">Modules by the route's name, in the file's order.</param>
/// <param name="DefaultRoute">For texts without a role.</param>
/// <param name="AllowNoRole">Without a default route, texts without a role take the first one.</param>
/// <param name="Mappings">Routes by (role, modality); either may be missing.</param>
public sealed record RouterModule(
    string File,
    IReadOnlyList<(string Name, IReadOnlyList<SentenceModule> Modules)> Routes,
    string? DefaultRoute,
    bool AllowNoRole,
    IReadOnlyDictionary<(string? Role, string? Modality), string> Mappings
) : SentenceModule
{
    const string Text = "text";

    public override string Name => "Router";

    public override string Summary =>
        string.Join("; ", Routes.Select(route => $"{route.Name}: {string.Join(", ", route.Modules.Select(m => m.Name))}"));

    /// <summary>The modules that a text of this role goes through.</summary>
    /// <exception cref="PJobException">BadSpec: the router has no route for it.</exception>
    public IReadOnlyList<SentenceModule> Route(TextRole role)
    {
        var task = role == TextRole.None ? null : Names.Of(role);
        string?[] candidates =
        [
            Mapped(task, Text),
            Mapped(task, null),
            Mapped(null, Text),
            Mapped(null, null),
            Has(task) ? task : null,
            Has(Text) ? Text : null,
        ];
        var name = candidates.FirstOrDefault(found => found is not null);
        if (name is null && role == TextRole.None)
        {
            name = DefaultRoute ?? (AllowNoRole ? Routes[0].Name : null);
        }

        return name is null
            ? throw new PJobException(
                $"{File}: no route for embed.role {Names.Of(role)}, the routes are {string.Join(", ", Routes.Select(route => route.Name))}",
                ExitCode.BadSpec
            )
            : Routes.First(route => route.Name == name).Modules;
    }

    string? Mapped(string? role, string? modality) => Mappings.GetValueOrDefault((role, modality));

    bool Has(string? name) => Routes.Any(route => route.Name == name);
}
