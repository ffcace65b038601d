using ProcessingJob.Contract;
using ProcessingJob.Contract.Container;
using ProcessingJob.Contract.Plan;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Launcher.Planning;

namespace ProcessingJob.Launcher.Local;

/// <summary>What every host of a local run gets.</summary>
/// <param name="Plan">Spec and plan as the workers read them.</param>
/// <param name="DataRoot">Folder that the plan's sources are relative to.</param>
/// <param name="ModelFolder">The model on this machine.</param>
/// <param name="SideFiles">Path by name in the config channel.</param>
/// <param name="Output">Folder of the output.</param>
public sealed record HostInputs(
    JobPlan Plan,
    string DataRoot,
    string ModelFolder,
    IReadOnlyDictionary<string, string> SideFiles,
    string Output
)
{
    /// <summary>The plan's files, made once for all hosts.</summary>
    public IReadOnlyList<(string Name, byte[] Content)> Config { get; } = [.. PlanFiles.Write(Plan.Work)];
}

/// <summary>The container root of one host on this machine.</summary>
public sealed record HostRoot(string Host, ContainerPaths Paths)
{
    (string Data, string Model) _given;

    /// <summary>Lays out the root of <paramref name="host"/> in <paramref name="folder"/>, which must not exist.</summary>
    /// <exception cref="PJobException">Exit code 1: it cannot be written.</exception>
    public static HostRoot Create(string folder, HostShare host, HostInputs inputs)
    {
        var paths = new ContainerPaths(folder);
        try
        {
            foreach (var each in new[] { paths.Config, paths.Output, Path.GetDirectoryName(paths.MessageFile)! })
            {
                Directory.CreateDirectory(each);
            }
            // Sharded by key a host has its own files only; a planned host finds its units in the whole folder.
            if (host.Dealt is { } dealt)
            {
                LinkedFolder.LinkFiles(inputs.DataRoot, dealt.Select(f => f.Source), paths.Data);
            }
            else
            {
                Directory.CreateSymbolicLink(paths.Data, inputs.DataRoot);
            }

            LinkedFolder.Link(inputs.ModelFolder, paths.Model);
            foreach (var (name, path) in inputs.SideFiles)
            {
                File.Copy(path, Path.Combine(paths.Config, name));
            }

            File.WriteAllText(paths.JobFile, SpecWriter.ToJobFile(inputs.Plan.Spec));
            foreach (var (name, content) in inputs.Config)
            {
                File.WriteAllBytes(Path.Combine(paths.Config, name), content);
            }

            var uris = new Dictionary<string, string>
            {
                ["data"] = Uri(inputs.DataRoot),
                ["model"] = Uri(inputs.ModelFolder),
                ["config"] = Uri(paths.Config),
            };
            ContainerConfig.Write(
                paths,
                inputs.Plan.Work.Job,
                host.Host,
                [.. inputs.Plan.Hosts.Select(h => h.Host)],
                inputs.Plan.Spec,
                uris,
                Uri(inputs.Output)
            );
            return new(host.Host, paths) { _given = (inputs.DataRoot, inputs.ModelFolder) };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PJobException($"{folder}: cannot lay out host {host.Host}: {FileFault.Of(e)}", ExitCode.Failed, e);
        }
    }

    /// <summary>The exit message without the host's name, or null.</summary>
    public string? ReadMessage()
    {
        if (!File.Exists(Paths.MessageFile))
        {
            return null;
        }

        var text = File.ReadAllText(Paths.MessageFile).Trim();
        var prefix = $"host={Host} ";
        text = text.StartsWith(prefix, StringComparison.Ordinal) ? text[prefix.Length..] : text;
        return text.Length > 0 ? InUsersPaths(text) : null;
    }

    /// <summary>
    /// What the worker says, with the user's folders in place of those that it sees: the root is gone when the job has ended.
    /// </summary>
    public string InUsersPaths(string text) =>
        text.Replace(Paths.Model, _given.Model, StringComparison.Ordinal).Replace(Paths.Data, _given.Data, StringComparison.Ordinal);

    static string Uri(string path) => new Uri(path).AbsoluteUri;
}
