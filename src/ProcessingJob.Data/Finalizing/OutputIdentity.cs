using System.Text.Json;
using System.Text.Json.Nodes;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Output;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Storage;

namespace ProcessingJob.Data.Finalizing;

/// <summary>
/// What all rows of an output have in common; kept in the output as <see cref="Path"/>, so that nothing else is mixed in.
/// </summary>
/// <param name="Spec">The spec of the first run; only its keys that affect the output count.</param>
/// <param name="ModelFingerprint">16 hex digits over the model folder.</param>
public sealed record OutputIdentity(JobSpec Spec, string ModelFingerprint)
{
    public const string Path = ".pjob/job.json";

    /// <summary>Whether a launcher planned the units; the worker alone names them by what it finds on its host.</summary>
    public bool Planned { get; init; } = true;

    public string SpecFingerprint => SpecWriter.Fingerprint(Spec);

    /// <summary>
    /// Refuses an output that holds rows of another spec or model, or what <see cref="OutputRoot"/> refuses; leaves the output as it is.
    /// </summary>
    /// <exception cref="PJobException">Exit code 2; names the keys that differ.</exception>
    public async Task CheckAsync(IOutputStore output, CancellationToken cancellationToken = default)
    {
        await OutputRoot.CheckAsync(output, cancellationToken).ConfigureAwait(false);
        if (await ReadAsync(output, cancellationToken).ConfigureAwait(false) is not { } other)
        {
            await CheckRecordAsync(output, cancellationToken).ConfigureAwait(false);
            return;
        }
        var keys = SpecWriter
            .Differences(other.Spec, Spec)
            .Select(key => $"{key} ({Value(key, other.Spec)} there, {Value(key, Spec)} now)")
            .ToList();
        if (other.ModelFingerprint != ModelFingerprint)
        {
            keys.Add($"the model's files ({other.ModelFingerprint} there, {ModelFingerprint} now)");
        }

        if (keys.Count > 0)
        {
            throw Refused(output, $"a job that differs in {string.Join(", ", keys)}");
        }

        if (Planned && !other.Planned)
        {
            throw new PJobException(
                $"{output.Location} was written without a plan, by the worker alone: this run would compute its rows a second time; "
                    + $"fix: 'pjob finish {output.Location}' makes it whole, or choose another output.data",
                ExitCode.BadSpec
            );
        }
    }

    /// <summary>Writes <see cref="Path"/>: from now on the output is of this identity.</summary>
    public Task ClaimAsync(IOutputStore output, CancellationToken cancellationToken = default) =>
        output.WriteAsync(
            Path,
            ContractJson.Write(
                new JsonObject
                {
                    [FormatStamp.Key] = JsonSerializer.SerializeToNode(FormatStamp.Current, ContractJson.Options),
                    ["model_fingerprint"] = ModelFingerprint,
                    ["planned"] = Planned,
                    ["spec"] = SpecWriter.ToJson(StoredSpec.Of(Spec)),
                }
            ),
            cancellationToken
        );

    /// <summary>The identity an output has; null when nothing has been written to it by a launcher.</summary>
    /// <exception cref="PJobException">Exit code 1: the file is damaged.</exception>
    public static async Task<OutputIdentity?> ReadAsync(IOutputStore output, CancellationToken cancellationToken = default)
    {
        var path = Path;
        var json = await output.ReadAsync(path, cancellationToken).ConfigureAwait(false);
        if (json is null)
        {
            json = await output.ReadAsync(path = OutputLayout.Manifest, cancellationToken).ConfigureAwait(false);
        }

        if (json is null)
        {
            return null;
        }

        FormatStamp.Check(json, $"{output.Location}/{path}");
        try
        {
            return
                JsonNode.Parse(json) is JsonObject root && root["spec"] is JsonObject spec && root["model_fingerprint"] is JsonValue model
                ? new(SpecReader.Parse(spec.ToJsonString(), $"{output.Location}/{path}"), model.GetValue<string>())
                {
                    Planned = root["planned"]?.GetValue<bool>() ?? true,
                }
                : throw new JsonException("expected an object with spec and model_fingerprint");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            throw new PJobException($"{output.Location}/{path}: damaged: {JsonFault.Of(e)}", ExitCode.Failed, e);
        }
    }

    // An output written without a launcher has no file of this kind, but each commit record knows its own fingerprints.
    async Task CheckRecordAsync(IOutputStore output, CancellationToken cancellationToken)
    {
        await foreach (var file in output.ListAsync(OutputLayout.CommitFolder, cancellationToken).ConfigureAwait(false))
        {
            if (await output.ReadAsync(file.Path, cancellationToken).ConfigureAwait(false) is not { } json)
            {
                continue;
            }

            var record = ContractJson.Read<UnitRecord>(json, $"{output.Location}/{file.Path}");
            if (record.SpecFingerprint != SpecFingerprint || record.ModelFingerprint != ModelFingerprint)
            {
                throw Refused(output, $"another {(record.SpecFingerprint != SpecFingerprint ? "spec" : "model")} ({file.Path} says so)");
            }

            return;
        }
    }

    static PJobException Refused(IOutputStore output, string other) =>
        new($"{output.Location} holds the output of {other}; fix: choose another output.data, or remove that output", ExitCode.BadSpec);

    static string Value(string key, JobSpec spec) => SpecKeys.Find(key)!.Write(spec)?.ToJsonString() ?? "unset";
}
