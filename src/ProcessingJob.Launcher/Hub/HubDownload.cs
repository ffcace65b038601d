using System.Net;
using System.Security.Cryptography;
using System.Text;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Plan;
using ProcessingJob.Storage;

namespace ProcessingJob.Launcher.Hub;

/// <summary>
/// One file after the other: goes on where a broken connection stopped, waits when the hub is busy, and keeps nothing unchecked.
/// </summary>
sealed class HubDownload(HubClient client, TimeProvider time, int tries, IProgress<HubProgress>? progress)
{
    readonly Retry _retry = new(time);

    /// <summary>Fetches a file to <paramref name="path"/>; one that is there has been checked before.</summary>
    public async Task FetchAsync(string url, HubFile file, string path, CancellationToken cancellationToken)
    {
        if (File.Exists(path))
        {
            return;
        }

        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var partial = path + ".incomplete";
        await RetryAsync(
                url,
                async () =>
                {
                    await ReadAsync(url, file, partial, cancellationToken).ConfigureAwait(false);
                    Check(file, partial);
                    File.Move(partial, path, overwrite: true);
                    return true;
                },
                cancellationToken
            )
            .ConfigureAwait(false);
    }

    /// <summary>Does it until it works or the tries are used up; waits as long as the hub asks for, else twice as long each time.</summary>
    public async Task<T> RetryAsync<T>(string url, Func<Task<T>> work, CancellationToken cancellationToken)
    {
        try
        {
            return await _retry
                .RunAsync(
                    _ => work(),
                    (e, attempt) => IsTransient(e) && attempt < tries ? WaitAfter(url, e, attempt) : null,
                    cancellationToken
                )
                .ConfigureAwait(false);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested && IsTransient(e))
        {
            throw new PJobException(
                $"{url}: {e.Message.TrimEnd('.')} (after {tries} attempts; what has arrived is kept, the next fetch goes on from it)",
                ExitCode.Failed,
                e
            );
        }
    }

    TimeSpan WaitAfter(string url, Exception fault, int attempt)
    {
        var wait = (fault as HubBusyException)?.Wait ?? TimeSpan.FromSeconds(Math.Min(60, Math.Pow(2, attempt)));
        progress?.Report(
            new("", 0, 0, $"{url}: {fault.Message.TrimEnd('.')}; try {attempt + 1} of {tries} in {Math.Ceiling(wait.TotalSeconds):0} s")
        );
        return wait;
    }

    async Task ReadAsync(string url, HubFile file, string partial, CancellationToken cancellationToken)
    {
        var have = File.Exists(partial) ? new FileInfo(partial).Length : 0;
        if (file.Size >= 0 && have == file.Size)
        {
            return;
        }

        if (have > file.Size && file.Size >= 0)
        {
            have = 0;
        }

        using var answer = await client.SendAsync(url, have, cancellationToken).ConfigureAwait(false);
        client.Check(answer, file.Path);
        // A server that does not know ranges starts again at the beginning.
        var resumes = answer.StatusCode == HttpStatusCode.PartialContent && answer.Content.Headers.ContentRange?.From == have;
        var source = await answer.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await using var sourceScope = source.ConfigureAwait(false);
        var target = new FileStream(partial, resumes ? FileMode.Append : FileMode.Create, FileAccess.Write);
        await using var targetScope = target.ConfigureAwait(false);
        var buffer = new byte[1 << 17];
        for (
            int n;
            (n = await client.WithinAsync(token => source.ReadAsync(buffer, token).AsTask(), cancellationToken).ConfigureAwait(false)) > 0;

        )
        {
            await target.WriteAsync(buffer.AsMemory(0, n), cancellationToken).ConfigureAwait(false);
            progress?.Report(new HubProgress(file.Path, target.Position, file.Size));
        }
        if (file.Size >= 0 && target.Position < file.Size)
        {
            throw new IOException($"the connection ended after {target.Position} of {file.Size} bytes");
        }
    }

    /// <summary>Removes a file that is not what the hub says it is.</summary>
    static void Check(HubFile file, string partial)
    {
        var size = new FileInfo(partial).Length;
        var fault =
            file.Size >= 0 && size != file.Size ? $"{size} bytes, expected {file.Size}"
            : file.Sha256 is { } sha ? Differs("sha256", Fingerprints.OfFile(partial), sha)
            : file.BlobId is { Length: 40 } blob ? Differs("git hash", GitHash(partial, size), blob)
            : null;
        if (fault is null)
        {
            return;
        }

        File.Delete(partial);
        throw new DamagedException($"{file.Path} arrived damaged: {fault}");
    }

    static string? Differs(string what, string found, string expected) => found == expected ? null : $"{what} {found}, expected {expected}";

#pragma warning disable CA5350 // Git names its objects by SHA-1: this tells damage, not malice.
    static string GitHash(string path, long size)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA1);
        hash.AppendData(Encoding.ASCII.GetBytes($"blob {size}\0"));
        hash.AppendData(File.ReadAllBytes(path));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
#pragma warning restore CA5350

    static bool IsTransient(Exception e) =>
        e is HubBusyException or DamagedException or IOException
        || (e is HttpRequestException h && (h.StatusCode is null || (int)h.StatusCode >= 500));

    sealed class DamagedException(string message) : Exception(message);
}

/// <summary>The hub asks to come back later.</summary>
sealed class HubBusyException(string message, TimeSpan? wait) : Exception(message)
{
    /// <summary>Its Retry-After; null: it did not say.</summary>
    public TimeSpan? Wait { get; } = wait;
}
