using System.Buffers.Binary;
using Amazon.S3;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Plan;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Launcher.Aws;
using ProcessingJob.Launcher.Reading;
using ProcessingJob.Storage;

namespace ProcessingJob.Launcher.SageMaker;

/// <summary>
/// Reads a job's model folder before anything is paid for. Of a folder on S3 only what says something is brought here: small files, and
/// the headers of safetensors in files of their size without their values.
/// </summary>
static class RemoteModel
{
    /// <summary>Larger files are weights.</summary>
    const long LargestSmallFile = 64L << 20;

    /// <summary>The format's own limit on a safetensors header, bytes.</summary>
    const long LargestHeader = 100_000_000;

    /// <exception cref="PJobException">As <see cref="ModelUse.Of"/>.</exception>
    public static async Task<ModelUse> ReadAsync(RemoteJob job, IAmazonS3 s3, CancellationToken cancellationToken)
    {
        var device = job.DeviceOn(job.Spec.Compute.InstanceType);
        if (job.RemoteModel is not { } model)
        {
            return ModelUse.Of(job.Spec, job.LocalModel!, device);
        }

        var folder = Directory.CreateTempSubdirectory("pjob-").FullName;
        try
        {
            var isWhole = true;
            foreach (var file in model.Files)
            {
                isWhole &= await FetchAsync(s3, model, file, folder, cancellationToken).ConfigureAwait(false);
            }

            // A graph that is too large to be fetched is looked at by the workers alone.
            return ModelUse.Of(job.Spec, folder, device, hasWeights: isWhole);
        }
        catch (PJobException e) when (e.Message.Contains(folder, StringComparison.Ordinal))
        {
            var address = model.Root.ToString();
            throw new PJobException(
                e.Message.Replace(folder + "/", address, StringComparison.Ordinal).Replace(folder, address, StringComparison.Ordinal),
                e.ExitCode,
                e
            );
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <returns>False for an .onnx file, or its external data, that is too large to be fetched.</returns>
    static async Task<bool> FetchAsync(IAmazonS3 s3, S3Input model, SourceFile file, string folder, CancellationToken cancellationToken)
    {
        var isWeights = file.Source.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase);
        if (file.Size > LargestSmallFile && !isWeights)
        {
            return !file.Source.Contains(".onnx", StringComparison.OrdinalIgnoreCase);
        }

        var unit = WorkUnit.Create(file.Source, InputFormat.Text, 0, file.Size, file.Size, file.Version, "", "");
        var source = await new S3Data(s3, model.Root, AwsConnection.S3Options).OpenAsync(unit, cancellationToken).ConfigureAwait(false);
        await using var sourceScope = source.ConfigureAwait(false);
        var path = Path.Combine(folder, file.Source);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var copy = File.Create(path);
        await using var copyScope = copy.ConfigureAwait(false);
        var length = file.Size <= LargestSmallFile ? file.Size : await HeaderAsync(source, cancellationToken).ConfigureAwait(false);
        var bytes = new byte[length];
        // A source fills the buffer up to the end of the object, and both lengths are within it.
        _ = await source.ReadAsync(0, bytes, cancellationToken).ConfigureAwait(false);
        await copy.WriteAsync(bytes, cancellationToken).ConfigureAwait(false);
        copy.SetLength(file.Size);
        return true;
    }

    /// <summary>Bytes up to the end of the header; of one that the reader will refuse its length alone.</summary>
    static async Task<long> HeaderAsync(IByteSource source, CancellationToken cancellationToken)
    {
        var length = new byte[8];
        _ = await source.ReadAsync(0, length, cancellationToken).ConfigureAwait(false);
        var claimed = BinaryPrimitives.ReadUInt64LittleEndian(length);
        return claimed <= (ulong)Math.Min(LargestHeader, source.Length - 8) ? 8 + (long)claimed : 8;
    }
}
