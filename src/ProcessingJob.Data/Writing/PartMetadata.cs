using System.Globalization;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Output;
using ProcessingJob.Contract.Spec;

namespace ProcessingJob.Data.Writing;

/// <summary>
/// What made a part, as key-value metadata of Parquet and Arrow files; for other formats the manifest says it. Nothing of hosts or time.
/// </summary>
public static class PartMetadata
{
    /// <param name="spec">The job.</param>
    /// <param name="specFingerprint">Of the keys that change what is written.</param>
    /// <param name="modelFingerprint">Of the model folder's files.</param>
    /// <param name="resolved">What the spec's "auto" came to.</param>
    public static IReadOnlyDictionary<string, string> Of(
        JobSpec spec,
        string specFingerprint,
        string modelFingerprint,
        ResolvedSettings resolved
    )
    {
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(resolved);
        var metadata = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["pjob.version"] = ProductVersion.Text,
            ["pjob.task"] = Names.Of(spec.Task),
            ["pjob.spec_fingerprint"] = specFingerprint,
            ["pjob.model_fingerprint"] = modelFingerprint,
        };
        // The folder's name: where it lies differs between machines that write the same output.
        Add("model", Path.GetFileName(spec.Model.TrimEnd('/', Path.DirectorySeparatorChar)));
        Add("max_length", resolved.MaxLength?.ToString(CultureInfo.InvariantCulture));
        Add("prompt", resolved.Prompt);
        Add("pooling", resolved.Pooling);
        Add("normalize", resolved.Normalize is { } normalize ? (normalize ? "true" : "false") : null);
        Add("dimension", resolved.Dimensions?.ToString(CultureInfo.InvariantCulture));
        Add("activation", resolved.Activation);
        Add("precision", spec.Task == TaskKind.Embed ? Names.Of(spec.Embed.Precision) : null);
        return metadata;

        void Add(string name, string? value)
        {
            if (!string.IsNullOrEmpty(value))
            {
                metadata[$"pjob.{name}"] = value;
            }
        }
    }
}
