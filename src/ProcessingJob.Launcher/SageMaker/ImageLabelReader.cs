using System.Globalization;
using System.Text.Json;
using Amazon.Runtime;
using ProcessingJob.Contract;
using ProcessingJob.Launcher.Aws;

namespace ProcessingJob.Launcher.SageMaker;

/// <param name="Accelerator">Value of the label io.processingjob.accelerator, cpu or cuda; null: the image has none, or see Fault.</param>
/// <param name="Fault">Why it cannot be read; null: it was.</param>
public sealed record ImageLabel(string? Accelerator, string? Fault = null)
{
    /// <summary>Value of io.processingjob.format: what its worker writes and reads (<see cref="FormatStamp"/>); null: not known.</summary>
    public int? Format { get; init; }

    /// <summary>Value of org.opencontainers.image.version; null: not known.</summary>
    public string? Version { get; init; }
}

/// <summary>
/// Reads the labels that say for which device an image was built and how old its worker is, from the image's configuration in ECR. Its
/// blob is fetched as a host fetches layers, by GetDownloadUrlForLayer: a login (GetAuthorizationToken) would be one permission more for
/// the same bytes.
/// </summary>
sealed class ImageLabelReader(AwsConnection connection)
{
    const string Accelerator = "io.processingjob.accelerator";
    const string Format = "io.processingjob.format";
    const string Version = "org.opencontainers.image.version";
    static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(30), MaxResponseContentBufferSize = 4 << 20 };

    /// <param name="place">The repository.</param>
    /// <param name="uri">The image, pinned by digest.</param>
    /// <param name="manifest">Its manifest where it is known already.</param>
    /// <param name="cancellationToken">Ends the calls.</param>
    /// <returns>The label; whatever goes wrong is told in it, for the worker checks its device itself.</returns>
    public async Task<ImageLabel> ReadAsync(ImagePlace place, string uri, string? manifest, CancellationToken cancellationToken)
    {
        try
        {
            using var ecr = connection.JsonClient(AwsService.Ecr);
            manifest ??= await ManifestAsync(ecr, place, uri, cancellationToken).ConfigureAwait(false);
            var config = manifest is null ? null : Member(manifest, "config", "digest");
            if (config is null)
            {
                return new ImageLabel(null, "its manifest names no configuration");
            }

            var answer = await ecr.CallAsync<Download>(
                    "GetDownloadUrlForLayer",
                    new Layer(place.Account, place.Repository, config),
                    cancellationToken
                )
                .ConfigureAwait(false);
            var json = await Http.GetStringAsync(new Uri(answer.downloadUrl), cancellationToken).ConfigureAwait(false);
            return new ImageLabel(Label(Accelerator))
            {
                Format = int.TryParse(Label(Format), NumberStyles.None, CultureInfo.InvariantCulture, out var format) ? format : null,
                Version = Label(Version),
            };

            string? Label(string name) => Member(json, "config", "Labels", name);
        }
        catch (AmazonServiceException e)
        {
            return new ImageLabel(null, $"{e.ErrorCode}: {e.Message}");
        }
        catch (Exception e)
            when (e is AmazonClientException or HttpRequestException or JsonException or UriFormatException
                || (e is TaskCanceledException && !cancellationToken.IsCancellationRequested)
            )
        {
            return new ImageLabel(null, e.Message);
        }
    }

    static async Task<string?> ManifestAsync(AwsJsonClient ecr, ImagePlace place, string uri, CancellationToken cancellationToken)
    {
        var id = new EcrImages.ImageId(null, uri[(uri.IndexOf('@', StringComparison.Ordinal) + 1)..]);
        var answer = await EcrImages.GetAsync(ecr, place, id, cancellationToken).ConfigureAwait(false);
        return answer.images.Count == 0 ? null : answer.images[0].imageManifest;
    }

    static string? Member(string json, params string[] path)
    {
        using var document = JsonDocument.Parse(json);
        var element = document.RootElement;
        foreach (var name in path)
        {
            if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out element))
            {
                return null;
            }
        }

        return element.ValueKind == JsonValueKind.String ? element.GetString() : null;
    }

#pragma warning disable IDE1006 // ECR writes its members in camelCase.
    sealed record Layer(string registryId, string repositoryName, string layerDigest);

    sealed record Download(string downloadUrl);
#pragma warning restore IDE1006
}
