using System.Text.Json;
using System.Text.RegularExpressions;
using ProcessingJob.Contract;
using ProcessingJob.Launcher.Aws;

namespace ProcessingJob.Launcher.SageMaker;

/// <summary>An image of the worker in ECR, as it stands when the job is made.</summary>
/// <param name="Uri">Pinned by digest: what was tested is what runs, even when the tag moves on.</param>
/// <param name="Architecture">amd64, arm64; null: a single-platform manifest does not say.</param>
public sealed record ResolvedImage(string Uri, string? Architecture)
{
    /// <summary>What the image's labels say of it.</summary>
    public ImageLabel? Label { get; init; }
}

/// <summary>Turns a tag into a digest.</summary>
public sealed partial class ImageResolver(AwsConnection connection)
{
    /// <param name="image">Its address, with a tag or a digest.</param>
    /// <param name="cancellationToken">Ends the calls.</param>
    /// <exception cref="PJobException">Exit code 2: not an address in ECR, or no such image there; the message names aws.image.</exception>
    public async Task<ResolvedImage> ResolveAsync(string image, CancellationToken cancellationToken = default)
    {
        var (resolved, place, manifest) = await PinAsync(image, cancellationToken).ConfigureAwait(false);
        var label = await new ImageLabelReader(connection)
            .ReadAsync(place, resolved.Uri, manifest, cancellationToken)
            .ConfigureAwait(false);
        return resolved with { Label = label };
    }

    async Task<(ResolvedImage Image, ImagePlace Place, string? Manifest)> PinAsync(string image, CancellationToken cancellationToken)
    {
        var match = EcrPattern().Match(image);
        if (!match.Success)
        {
            throw Bad(
                $"found \"{image}\", expected <account>.dkr.ecr.<region>.amazonaws.com/<repository>:<tag>, for SageMaker pulls "
                    + "from ECR only; fix: scripts/publish-image.sh puts the worker there"
            );
        }

        if (match.Groups["region"].Value != connection.Region)
        {
            throw Bad(
                $"{image} is in {match.Groups["region"].Value}, but the job runs in {connection.Region}; fix: push it there too "
                    + "(scripts/publish-image.sh)"
            );
        }

        var place = new ImagePlace(match.Groups["account"].Value, match.Groups["repository"].Value);
        if (match.Groups["digest"].Success)
        {
            return (new ResolvedImage(image, null), place, null);
        }

        var tag = match.Groups["tag"].Success ? match.Groups["tag"].Value : "latest";
        using var ecr = connection.JsonClient(AwsService.Ecr);
        EcrImages.Answer answer;
        try
        {
            answer = await EcrImages.GetAsync(ecr, place, new EcrImages.ImageId(tag, null), cancellationToken).ConfigureAwait(false);
        }
        catch (Amazon.Runtime.AmazonServiceException e) when (e.ErrorCode == "RepositoryNotFoundException")
        {
            throw Bad(
                $"there is no repository {place.Repository} in {place.Account}/{connection.Region}; fix: deploy infra/template.yaml, "
                    + "then run scripts/publish-image.sh"
            );
        }
        // A missing tag is a failure entry in a good answer.
        if (answer.images.Count == 0)
        {
            throw Bad(
                $"{image}: {(answer.failures.Count > 0 ? answer.failures[0].failureReason : "not found")}; fix: push it with "
                    + "scripts/publish-image.sh"
            );
        }

        var found = answer.images[0];
        var of = PickAmd64(found.imageManifest);
        var (digest, architecture) = of ?? (found.imageId.imageDigest!, null);
        return (new ResolvedImage($"{match.Groups["name"].Value}@{digest}", architecture), place, of is null ? found.imageManifest : null);
    }

    /// <summary>The repository of an image, or null when its address is none of ECR's.</summary>
    internal static string? RepositoryArn(string image, string partition) =>
        EcrPattern().Match(image) is { Success: true, Groups: var g }
            ? $"arn:{partition}:ecr:{g["region"].Value}:{g["account"].Value}:repository/{g["repository"].Value}"
            : null;

    /// <summary>Of an index the manifest that SageMaker's hosts run, which are all x86-64.</summary>
    static (string Digest, string? Architecture)? PickAmd64(string manifest)
    {
        using var json = JsonDocument.Parse(manifest);
        if (!json.RootElement.TryGetProperty("manifests", out var manifests))
        {
            return null;
        }

        var platforms = manifests
            .EnumerateArray()
            .Select(m =>
                (
                    Digest: m.GetProperty("digest").GetString()!,
                    Architecture: m.TryGetProperty("platform", out var p) ? p.GetProperty("architecture").GetString() : null
                )
            )
            .ToList();
        var amd64 = platforms.FirstOrDefault(p => p.Architecture == "amd64");
        return amd64.Digest is not null
            ? amd64
            : throw Bad(
                $"the image is for {string.Join(", ", platforms.Select(p => p.Architecture))}; SageMaker Processing runs amd64 "
                    + "only; fix: build it with --platform linux/amd64"
            );
    }

    static PJobException Bad(string what) => new($"aws.image: {what}", ExitCode.BadSpec);

    [GeneratedRegex(
        @"^(?<name>(?<account>\d{12})\.dkr\.ecr(-fips)?\.(?<region>[a-z0-9-]+)\.amazonaws\.com(\.cn)?/(?<repository>[^:@]+))"
            + @"(:(?<tag>[^@]+))?(@(?<digest>sha256:[0-9a-f]{64}))?$"
    )]
    private static partial Regex EcrPattern();
}
