using ProcessingJob.Cli.Search;
using ProcessingJob.Contract.Spec;

namespace ProcessingJob.Cli.Tests;

/// <summary>One query's vector.</summary>
static class Queries
{
    public static async Task<float[]> VectorAsync(
        JobSpec spec,
        string folder,
        string text,
        string? prompt,
        CancellationToken cancellationToken
    )
    {
        using var encoder = new QueryEncoder(spec, folder, prompt);
        return await encoder.VectorAsync(text, cancellationToken);
    }
}
