using Amazon.S3;
using ProcessingJob.Contract;
using ProcessingJob.Launcher.Aws;
using ProcessingJob.Storage;

namespace ProcessingJob.Launcher;

/// <summary>The files of an output in a folder or on S3, with the client that they are read with.</summary>
public sealed class OpenedOutput : IDisposable
{
    readonly IAmazonS3? _client;

    OpenedOutput(IOutputStore store, IAmazonS3? client) => (Store, _client) = (store, client);

    /// <summary>Not to be used once this is disposed.</summary>
    public IOutputStore Store { get; }

    /// <summary>Reads nothing yet: a folder need not be there.</summary>
    /// <param name="place">A folder, or an s3:// URI.</param>
    /// <param name="connect">Reaches the account; asked for S3 only.</param>
    /// <exception cref="PJobException">BadSpec: the URI is none, or there is no account.</exception>
    public static OpenedOutput At(string place, Func<AwsConnection> connect)
    {
        ArgumentNullException.ThrowIfNull(connect);
        if (!S3Uri.IsS3(place))
        {
            return new(LocalStore.Within(place), null);
        }

        var at = S3Uri.Parse(place, "output");
        var s3 = connect().S3();
        return new(new S3Store(s3, at, AwsConnection.S3Options), s3);
    }

    /// <summary>The same files; what is written to S3 is encrypted by a key (null: the bucket's).</summary>
    public IOutputStore WithKey(string? kmsKey) =>
        _client is null ? Store : new S3Store(_client, S3Uri.Parse(Store.Location, "output"), AwsConnection.S3Options, kmsKey);

    public void Dispose() => _client?.Dispose();
}
