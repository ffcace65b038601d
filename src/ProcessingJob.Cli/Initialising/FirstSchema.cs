using ProcessingJob.Contract;
using ProcessingJob.Data;

namespace ProcessingJob.Cli.Initialising;

/// <summary>Columns and their types, from one file of the input.</summary>
internal static class FirstSchema
{
    /// <exception cref="PJobException">A named column is missing, or the file cannot be read.</exception>
    public static async Task<IReadOnlyList<KeptColumn>> ReadAsync(InputSpec input, string path, CancellationToken cancel)
    {
        var file = new FileInfo(path);
        var format = input.Format == InputFormat.Auto ? UnitCutter.FormatOf(path) : input.Format;
        var unit = WorkUnit.Create(file.Name, format, 0, file.Length, file.Length, "", "", "");
        await using var source = await new LocalData(file.DirectoryName!).OpenAsync(unit, cancel).ConfigureAwait(false);
        return await SchemaSampler.InferAsync(source, format, input, cancel).ConfigureAwait(false);
    }
}
