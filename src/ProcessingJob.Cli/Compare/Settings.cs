using ProcessingJob.Contract;
using ProcessingJob.Contract.Output;
using ProcessingJob.Data.Outputs;

namespace ProcessingJob.Cli.Compare;

/// <summary>What two manifests say of how the embeddings were made, as far as they differ.</summary>
static class Settings
{
    public const string Model = "model",
        ModelFiles = "model files",
        GraphPrecision = "precision of the graph",
        Data = "input data";

    public static IReadOnlyList<SettingDifference> Differences(FinishedOutput a, FinishedOutput b)
    {
        var (left, right) = (Of(a).ToList(), Of(b).ToList());
        return
        [
            .. left.Zip(right)
                .Where(p => p.First.Value != p.Second.Value)
                .Select(p => new SettingDifference(p.First.Name, p.First.Value, p.Second.Value)),
        ];
    }

    static IEnumerable<(string Name, string Value)> Of(FinishedOutput output)
    {
        var (manifest, spec) = (output.Manifest, output.Spec);
        var resolved = manifest.Resolved ?? new();
        yield return ("task", Names.Of(spec.Task));
        yield return (Model, spec.Model);
        yield return (ModelFiles, Short(manifest.ModelFingerprint));
        yield return ("graph", $"{resolved.GraphOrigin} {resolved.ModelFile}".Trim());
        yield return (GraphPrecision, Each(manifest, c => c.Precision));
        yield return ("prompt", resolved.Prompt is null ? "" : $"'{resolved.Prompt}'");
        yield return ("embed.role", Names.Of(spec.Embed.Role));
        yield return ("pooling", resolved.Pooling ?? "");
        yield return ("normalize", resolved.Normalize?.ToString() ?? "");
        yield return ("dimensions", resolved.Dimensions?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "");
        yield return ("embed.precision", Names.Of(spec.Embed.Precision) + (spec.Embed.Ranges is { } ranges ? $" ({ranges})" : ""));
        yield return ("activation", resolved.Activation ?? "");
        yield return ("max_length", resolved.MaxLength?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "");
        yield return ("tokens.overflow", Names.Of(spec.Tokens.Overflow));
        yield return ("text columns", string.Join(", ", spec.Input.Text));
        yield return ("device", Each(manifest, c => c.Provider));
        yield return ("attention", Each(manifest, c => c.Fused ? "fused" : "not fused"));
        yield return (Data, Short(manifest.DataFingerprint));
    }

    /// <summary>Of all that units of the output were computed with: mostly one.</summary>
    static string Each(Manifest manifest, Func<ComputeRecord, string> value) =>
        string.Join(", ", manifest.Computed.Select(value).Distinct());

    static string Short(string fingerprint) => fingerprint.Length > 12 ? fingerprint[..12] : fingerprint;
}
