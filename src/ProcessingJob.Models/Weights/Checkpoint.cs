using System.Text.Json;
using ProcessingJob.Contract;
using ProcessingJob.Models.Configs;

namespace ProcessingJob.Models.Weights;

/// <summary>
/// The weights of a model folder: model.safetensors, or the shards that model.safetensors.index.json lists. Files are mapped, so that
/// memory is taken only for what is used; links into a hub's cache are followed.
/// </summary>
public sealed class Checkpoint : IDisposable
{
    const string SingleFile = "model.safetensors";
    const string IndexFile = "model.safetensors.index.json";

    readonly List<MappedFile> _files = [];
    readonly Dictionary<string, StoredTensor> _tensors = new(StringComparer.Ordinal);
    readonly HashSet<string> _used = new(StringComparer.Ordinal);

    Checkpoint(string folder) => Folder = folder;

    public string Folder { get; }

    /// <summary>Tensors that nobody asked for.</summary>
    internal IEnumerable<string> Unused => _tensors.Keys.Where(name => !_used.Contains(name)).Order(StringComparer.Ordinal);

    /// <exception cref="PJobException">Model: a file is missing or broken.</exception>
    public static Checkpoint Open(string folder)
    {
        var checkpoint = new Checkpoint(folder);
        try
        {
            foreach (var file in FilesOf(folder))
            {
                checkpoint.Add(Path.Combine(folder, file));
            }

            return checkpoint;
        }
        catch
        {
            checkpoint.Dispose();
            throw;
        }
    }

    internal bool Has(string name) => _tensors.ContainsKey(name);

    /// <summary>The tensor, which from now on counts as used.</summary>
    /// <exception cref="PJobException">Model: it is not there.</exception>
    internal StoredTensor Get(string name)
    {
        if (!_tensors.TryGetValue(name, out var tensor))
        {
            throw ModelError.Refuse(
                Folder,
                $"tensor {name} is missing among the {_tensors.Count:N0} tensors of the checkpoint; "
                    + "fix: compare config.json and the task with the file that holds the weights"
            );
        }

        _used.Add(name);
        return tensor;
    }

    /// <summary>
    /// What stands before <paramref name="anchor"/>, a tensor that every folder of the family has (<c>bert.</c>, or nothing).
    /// </summary>
    /// <exception cref="PJobException">Model: no tensor ends so, or several do.</exception>
    internal string Prefix(string anchor)
    {
        var found = _tensors.Keys.Where(name => name == anchor || name.EndsWith("." + anchor, StringComparison.Ordinal)).ToArray();
        return found switch
        {
            [var name] => name[..^anchor.Length],
            [] => throw ModelError.Refuse(
                Folder,
                $"tensor {anchor} is missing, with any prefix: the checkpoint is of another family than config.json says"
            ),
            _ => throw ModelError.Refuse(
                Folder,
                $"several tensors could be the model's {anchor}: {string.Join(", ", found.Order(StringComparer.Ordinal))}"
            ),
        };
    }

    public void Dispose()
    {
        foreach (var file in _files)
        {
            file.Dispose();
        }
    }

    static string[] FilesOf(string folder)
    {
        if (File.Exists(Path.Combine(folder, SingleFile)))
        {
            return [SingleFile];
        }

        var index = Path.Combine(folder, IndexFile);
        if (!File.Exists(index))
        {
            throw ModelError.Refuse(folder, $"holds no {SingleFile} and no {IndexFile}; {FolderContents.InsteadOfWeights(folder)}");
        }

        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(index));
            var files = json
                .RootElement.GetProperty("weight_map")
                .EnumerateObject()
                .Select(entry => entry.Value.GetString()!)
                .Distinct()
                .ToArray();
            return Array.Find(files, file => file != Path.GetFileName(file) || file is "" or "." or "..") is { } wrong
                ? throw ModelError.Refuse(index, $"names the shard {wrong}, expected a file of the same folder")
                : files;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or IOException)
        {
            throw ModelError.Refuse(index, $"is no index of shards: {JsonFault.Of(e)}", e);
        }
    }

    void Add(string path)
    {
        if (!File.Exists(path))
        {
            throw ModelError.Refuse(path, $"is missing, and {IndexFile} names it; fix: fetch the model again");
        }

        var file = MappedFile.Open(path);
        _files.Add(file);
        foreach (var tensor in SafetensorsHeader.Read(file))
        {
            // Conversions from TensorFlow kept the names gamma and beta; transformers renames them too.
            var name = tensor
                .Name.Replace("LayerNorm.gamma", "LayerNorm.weight", StringComparison.Ordinal)
                .Replace("LayerNorm.beta", "LayerNorm.bias", StringComparison.Ordinal);
            if (!_tensors.TryAdd(name, tensor with { Name = name }))
            {
                throw ModelError.Refuse(path, $"tensor {name} is in the checkpoint twice, also in {_tensors[name].File}");
            }
        }
    }
}
