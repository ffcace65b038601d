using ProcessingJob.Launcher.Aws;

namespace ProcessingJob.Launcher.SageMaker;

/// <summary>A repository of a registry.</summary>
sealed record ImagePlace(string Account, string Repository);

/// <summary>BatchGetImage: an image's manifest by tag or digest.</summary>
static class EcrImages
{
    static readonly string[] MediaTypes =
    [
        "application/vnd.oci.image.index.v1+json",
        "application/vnd.docker.distribution.manifest.list.v2+json",
        "application/vnd.oci.image.manifest.v1+json",
        "application/vnd.docker.distribution.manifest.v2+json",
    ];

    public static Task<Answer> GetAsync(AwsJsonClient ecr, ImagePlace place, ImageId id, CancellationToken cancellationToken) =>
        ecr.CallAsync<Answer>("BatchGetImage", new Query(place.Account, place.Repository, [id], MediaTypes), cancellationToken);

#pragma warning disable IDE1006 // ECR writes its members in camelCase.
    sealed record Query(
        string registryId,
        string repositoryName,
        IReadOnlyList<ImageId> imageIds,
        IReadOnlyList<string> acceptedMediaTypes
    );

    public sealed record ImageId(string? imageTag, string? imageDigest);

    public sealed record Answer
    {
        public IReadOnlyList<Image> images { get; init; } = [];
        public IReadOnlyList<Failure> failures { get; init; } = [];
    }

    public sealed record Image(ImageId imageId, string imageManifest);

    public sealed record Failure(string failureCode, string failureReason);
#pragma warning restore IDE1006
}
