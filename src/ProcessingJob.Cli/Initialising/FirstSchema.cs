using ProcessingJob.Contract;
using ProcessingJob.Data;

namespace ProcessingJob.Cli.Initialising;

/// <summary>Columns and their types, from one file of the input.</summary>
static class FirstSchema
{
    /// <exception cref="PJobException">A named column is missing, or the file cannot be read.</exception>
    public static async Task<IReadOnlyList<KeptColumn>> ReadAsync(InputSpec input, string path, CancellationToken cancellationToken)
    {
        var file = new FileInfo(path);
        return await ReadAsync(input, new LocalData(file.DirectoryName!), new(file.Name, file.Length, ""), cancellationToken);
    }

    /// <exception cref="PJobException">A named column is missing, or the file cannot be read.</exception>
    public static async Task<IReadOnlyList<KeptColumn>> ReadAsync(
        InputSpec input,
        IDataRoot data,
        SourceFile file,
        CancellationToken cancellationToken
    )
    {
        var format = input.Format == InputFormat.Auto ? InputFormats.OfName(file.Source) : input.Format;
        var unit = WorkUnit.Create(file.Source, format, 0, file.Size, file.Size, file.Version, "", "");
        await using var source = await data.OpenAsync(unit, cancellationToken);
        return await SchemaSampler.InferAsync(source, format, input, cancellationToken);
    }
}
