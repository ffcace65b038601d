using System.Buffers;
using System.IO.Enumeration;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Plan;

namespace ProcessingJob.Storage;

/// <summary>Walks folders and hashes files: the one way in which input data and model folders are listed.</summary>
public static class FolderFiles
{
    const int BufferBytes = 256 << 10;

    /// <summary>A file, or a link that was not followed.</summary>
    /// <param name="Name">Path below the root, with '/'.</param>
    /// <param name="IsLink">A symbolic link to a file or folder.</param>
    public readonly record struct Found(string Name, bool IsLink);

    /// <summary>
    /// The files of a folder in ordinal order, and the hidden names: those that begin with '.' or '_' (as everywhere in the Hadoop
    /// family: .crc files, _SUCCESS and other markers are no data), of folders with a '/' behind and without what is in them. Links are
    /// not followed and come out as such.
    /// </summary>
    /// <exception cref="PJobException">
    /// Exit code 1: the folder cannot be listed; 2: it is a table of another format, or a name has control characters.
    /// </exception>
    public static (IReadOnlyList<Found> Files, IReadOnlyList<string> Hidden) OfData(string root)
    {
        var found = Walk(
            root,
            (ref entry) => !entry.IsDirectory || IsLink(ref entry) || IsNoData(ref entry),
            (ref entry) => !IsLink(ref entry) && !IsNoData(ref entry)
        );
        TableFormats.Refuse(root, found.Select(file => file.Name));
        found.ForEach(file => SourceNames.RefuseControls(root, file.Name));
        RefuseIcebergData(root);
        var groups = found.ToLookup(file => SourceNames.IsHidden(file.Name));
        return ([.. groups[false]], [.. groups[true].Select(file => file.Name)]);
    }

    /// <summary>
    /// The files of a model folder in ordinal order, without names that begin with '.'. Links are followed: in the Hugging Face cache
    /// every file of a model is one.
    /// </summary>
    /// <exception cref="PJobException">Exit code 4: the folder cannot be listed, as one with a link to itself.</exception>
    public static IReadOnlyList<string> OfModel(string root)
    {
        try
        {
            return
            [
                .. Walk(root, (ref entry) => !entry.IsDirectory && !IsHidden(ref entry), (ref entry) => !IsHidden(ref entry))
                    .Select(file => file.Name),
            ];
        }
        catch (PJobException e)
        {
            throw new PJobException(e.Message, ExitCode.Model, e);
        }
    }

    /// <summary>Sizes and sha256 of files, read in parallel.</summary>
    /// <param name="root">What the names are relative to.</param>
    /// <param name="names">With '/'.</param>
    /// <param name="unreadable">Exit code when one cannot be read.</param>
    /// <param name="progress">Told of the files that are read.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="PJobException">A file cannot be read.</exception>
    public static async Task<IReadOnlyList<SourceFile>> HashAsync(
        string root,
        IReadOnlyList<string> names,
        ExitCode unreadable = ExitCode.Failed,
        IProgress<StepProgress>? progress = null,
        CancellationToken cancellationToken = default
    )
    {
        // What is no UTF-8 in a name comes out as this character, under which no file is found.
        if (names.FirstOrDefault(n => n.Contains('\ufffd', StringComparison.Ordinal) && !File.Exists(Path.Combine(root, n))) is { } name)
        {
            throw new PJobException($"{Path.Combine(root, name)}: its name is not UTF-8; fix: rename it", unreadable);
        }

        var files = new SourceFile[names.Count];
        var done = 0L;
        await Parallel
            .ForAsync(
                0,
                names.Count,
                cancellationToken,
                (i, _) =>
                {
                    var path = Path.Combine(root, names[i]);
                    try
                    {
                        files[i] = Hash(path, names[i], unreadable);
                    }
                    catch (Exception e) when (e is IOException or UnauthorizedAccessException)
                    {
                        throw new PJobException($"{path}: cannot be read: {FileFault.Of(e)}", unreadable, e);
                    }

                    progress?.Report(new("reading the input", Interlocked.Increment(ref done), names.Count, "files"));
                    return ValueTask.CompletedTask;
                }
            )
            .ConfigureAwait(false);
        return files;
    }

    /// <summary>The files of a model folder with sizes and sha256.</summary>
    /// <exception cref="PJobException">Exit code 4: a file cannot be read.</exception>
    public static Task<IReadOnlyList<SourceFile>> HashModelAsync(string root, CancellationToken cancellationToken = default) =>
        HashAsync(root, OfModel(root), ExitCode.Model, cancellationToken: cancellationToken);

    /// <summary>16 hex digits over names and contents of all files of a model folder.</summary>
    /// <exception cref="PJobException">Exit code 4: a file cannot be read.</exception>
    public static async Task<string> FingerprintModelAsync(string root, CancellationToken cancellationToken = default) =>
        Fingerprints.OfItems(
            (await HashModelAsync(root, cancellationToken).ConfigureAwait(false)).Select(file => (file.Source, file.Version))
        );

    static SourceFile Hash(string path, string name, ExitCode unreadable)
    {
        using var file = RegularFile.Open(path, path, unreadable == ExitCode.Model ? unreadable : ExitCode.BadSpec);
        var stamp = RegularFile.StampOf(file);
        var (read, lines, hash) = Read(file);
        // Files of the kernel say that they have 0 bytes, and have some.
        return RegularFile.StampOf(file) == stamp && read == stamp.Size
            ? new(name, stamp.Size, hash) { Stamp = stamp, Lines = lines }
            : throw new PJobException(
                $"{path}: has {stamp.Size} bytes, but {read} were read: it was changed meanwhile, or is no file on a disk; "
                    + "fix: run again when nothing writes to it",
                unreadable
            );
    }

    /// <summary>
    /// Bytes, lines and sha256 of the content: small files, of which there may be a million, cost no buffer of their own.
    /// </summary>
    static (long Bytes, long Lines, string Sha256) Read(SafeFileHandle file)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        try
        {
            var (bytes, lines, last) = (0L, 0L, (byte)'\n');
            while (RandomAccess.Read(file, buffer, bytes) is > 0 and var read)
            {
                hash.AppendData(buffer, 0, read);
                lines += buffer.AsSpan(0, read).Count((byte)'\n');
                (bytes, last) = (bytes + read, buffer[read - 1]);
            }

            return (bytes, lines + (last == '\n' ? 0 : 1), Convert.ToHexStringLower(hash.GetHashAndReset()));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    static List<Found> Walk(
        string root,
        FileSystemEnumerable<Found>.FindPredicate include,
        FileSystemEnumerable<Found>.FindPredicate recurse
    )
    {
        var options = new EnumerationOptions
        {
            RecurseSubdirectories = true,
            AttributesToSkip = FileAttributes.None,
            IgnoreInaccessible = false,
        };
        FileSystemEnumerable<Found>.FindTransform transform = (ref entry) =>
            new(
                Path.GetRelativePath(root, entry.ToFullPath()).Replace(Path.DirectorySeparatorChar, '/')
                    + (entry.IsDirectory && !IsLink(ref entry) ? "/" : ""),
                IsLink(ref entry)
            );
        try
        {
            var walk = new FileSystemEnumerable<Found>(root, transform, options)
            {
                ShouldIncludePredicate = include,
                ShouldRecursePredicate = recurse,
            };
            return [.. walk.OrderBy(file => file.Name, StringComparer.Ordinal)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PJobException($"{root}: cannot be listed: {FileFault.Of(e)}", ExitCode.Failed, e);
        }
    }

    /// <summary>Iceberg keeps files in data/, beside its metadata/.</summary>
    static void RefuseIcebergData(string root)
    {
        var metadata = Path.Combine(Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(root))) ?? root, "metadata");
        if (Path.GetFileName(Path.TrimEndingDirectorySeparator(root)) == "data" && Directory.Exists(metadata))
        {
            TableFormats.Refuse(root, Directory.EnumerateFiles(metadata).Select(path => $"metadata/{Path.GetFileName(path)}"));
        }
    }

    static bool IsLink(ref FileSystemEntry entry) => (entry.Attributes & FileAttributes.ReparsePoint) != 0;

    static bool IsHidden(ref FileSystemEntry entry) => entry.FileName[0] == '.';

    static bool IsNoData(ref FileSystemEntry entry) => entry.FileName[0] is '.' or '_';
}
