using System.Text.Json;
using Amazon.S3;
using Amazon.S3.Model;

namespace ProcessingJob.FakeAws;

/// <summary>The inputs and outputs of a job, copied by the service's rules.</summary>
sealed class ServiceChannels(IAmazonS3 s3, JsonElement request)
{
    const string Container = "/opt/ml/";

    /// <summary>Copies every input to a host; a host without a shard gets an empty folder.</summary>
    public async Task DownloadAsync(string root, int host, int hosts)
    {
        foreach (var input in Items(request, "ProcessingInputs").Select(i => i.GetProperty("S3Input")))
        {
            var folder = Local(root, input);
            Directory.CreateDirectory(folder);
            var (bucket, prefix) = Address(input);
            var keys = await ListAsync(bucket, prefix).ConfigureAwait(false);
            if (keys.Count == 0)
            {
                throw new AmazonS3Exception($"No S3 objects found under S3 URL s3://{bucket}/{prefix}");
            }
            // Dealt out by count; the real order is not documented.
            if (input.GetProperty("S3DataDistributionType").GetString() == "ShardedByS3Key")
            {
                keys = [.. keys.Where((_, i) => i % hosts == host)];
            }
            // Every key that begins with the prefix comes, named by what follows the prefix's last slash.
            var cut = prefix.LastIndexOf('/') + 1;
            foreach (var key in keys)
            {
                var path = Path.Combine(folder, key[cut..]);
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                using var answer = await s3.GetObjectAsync(bucket, key).ConfigureAwait(false);
                await using var file = File.Create(path);
                await answer.ResponseStream.CopyToAsync(file).ConfigureAwait(false);
            }
        }
        foreach (var output in Outputs())
        {
            Directory.CreateDirectory(Local(root, output));
        }
    }

    /// <summary>Uploads what lies in the output folders; of a job that did not complete only what is uploaded continuously.</summary>
    public async Task UploadAsync(string root, bool completed, Func<string, bool> lost)
    {
        foreach (var output in Outputs())
        {
            if (!completed && output.GetProperty("S3UploadMode").GetString() != "Continuous")
            {
                continue;
            }

            var folder = Local(root, output);
            var (bucket, prefix) = Address(output);
            foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
            {
                var key = prefix.TrimEnd('/') + "/" + Path.GetRelativePath(folder, file).Replace('\\', '/');
                if (!lost(key))
                {
                    await s3.PutObjectAsync(
                            new PutObjectRequest
                            {
                                BucketName = bucket,
                                Key = key,
                                FilePath = file,
                            }
                        )
                        .ConfigureAwait(false);
                }
            }
        }
    }

    IEnumerable<JsonElement> Outputs() =>
        request.TryGetProperty("ProcessingOutputConfig", out var config)
            ? Items(config, "Outputs").Select(o => o.GetProperty("S3Output"))
            : [];

    async Task<List<string>> ListAsync(string bucket, string prefix)
    {
        var keys = new List<string>();
        await foreach (
            var item in s3
                .Paginators.ListObjectsV2(new ListObjectsV2Request { BucketName = bucket, Prefix = prefix })
                .S3Objects.ConfigureAwait(false)
        )
        {
            if (!item.Key.EndsWith('/'))
            {
                keys.Add(item.Key);
            }
        }

        return keys;
    }

    static string Local(string root, JsonElement channel) =>
        Path.Combine(root, channel.GetProperty("LocalPath").GetString()![Container.Length..]);

    static (string Bucket, string Prefix) Address(JsonElement channel)
    {
        var uri = new Uri(channel.GetProperty("S3Uri").GetString()!);
        return (uri.Host, Uri.UnescapeDataString(uri.AbsolutePath).TrimStart('/'));
    }

    static JsonElement.ArrayEnumerator Items(JsonElement of, string member) =>
        of.TryGetProperty(member, out var list) ? list.EnumerateArray() : default;
}
