using ProcessingJob.Contract;
using ProcessingJob.Contract.Columns;
using ProcessingJob.Contract.Output;
using ProcessingJob.Contract.Plan;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Data.Reading;
using ProcessingJob.Storage;

namespace ProcessingJob.Launcher.Planning;

/// <summary>
/// The id and the kept columns with their types, from one file of the input: read once for all hosts, so that all parts have one schema.
/// </summary>
public static class FirstSchema
{
    /// <exception cref="PJobException">A named column is missing, or the file cannot be read.</exception>
    public static async Task<FoundSchema> ReadAsync(InputSpec input, string path, CancellationToken cancellationToken)
    {
        var file = new FileInfo(path);
        return await ReadAsync(input, new LocalData(file.DirectoryName!), new(file.Name, file.Length, ""), cancellationToken)
            .ConfigureAwait(false);
    }

    /// <exception cref="PJobException">A named column is missing, or the file cannot be read.</exception>
    public static async Task<FoundSchema> ReadAsync(InputSpec input, IDataRoot data, SourceFile file, CancellationToken cancellationToken)
    {
        var format = input.Format == InputFormat.Auto ? InputFormats.OfName(file.Source) : input.Format;
        var unit = WorkUnit.Create(file.Source, format, 0, file.Size, file.Size, file.Version, "", "");
        var source = await data.OpenAsync(unit, cancellationToken).ConfigureAwait(false);
        await using (source.ConfigureAwait(false))
        {
            var (schema, warnings) = await SchemaSampler.LookAsync(source, format, input, cancellationToken).ConfigureAwait(false);
            return new(schema, [.. warnings.Select(w => new JobWarning(w.Code, w.Message))]);
        }
    }
}

/// <param name="Columns">The id, then the kept columns.</param>
/// <param name="Warnings">Columns that are left out or converted.</param>
public sealed record FoundSchema(IReadOnlyList<KeptColumn> Columns, IReadOnlyList<JobWarning> Warnings);
