using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ProcessingJob.Samples;

namespace ProcessingJob.Testing;

/// <summary>Sample models, each written once per checkout under out/test-models.</summary>
public static class ModelCache
{
    /// <summary>
    /// The folder of the model with these options; read-only for tests. Its name is a hash of the options, of the tokenizer they name and
    /// of the generator's code, so that a folder that exists is the right one and whole.
    /// </summary>
    public static string Get(SampleModelOptions options)
    {
        var root = Directory.CreateDirectory(Repo.File("out", "test-models")).FullName;
        var folder = Path.Combine(root, $"{options.Family}-{options.Head}-{Key(options)}".ToLowerInvariant());
        if (Directory.Exists(folder))
        {
            return folder;
        }

        using (Lock(folder + ".lock"))
        {
            if (Directory.Exists(folder))
            {
                return folder;
            }

            var unfinished = folder + ".tmp";
            if (Directory.Exists(unfinished))
            {
                Directory.Delete(unfinished, recursive: true);
            }

            SampleModels.Write(unfinished, options);
            Directory.Move(unfinished, folder);
            return folder;
        }
    }

    static string Key(SampleModelOptions options)
    {
        var key = $"{typeof(SampleModels).Module.ModuleVersionId} {JsonSerializer.Serialize(options)}";
        if (options.TokenizerFolder is { } tokenizer)
        {
            key += Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(Path.Combine(tokenizer, "tokenizer.json"))));
        }

        return Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(key)))[..16];
    }

    /// <summary>Holds a lock file against other test processes.</summary>
    static FileStream Lock(string path)
    {
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose);
            }
            catch (IOException) when (File.Exists(path))
            {
                Thread.Sleep(50);
            }
        }
    }
}
