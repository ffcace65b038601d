using System.Runtime.CompilerServices;
using System.Text;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Output;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Data.Finalizing;
using ProcessingJob.Storage;

namespace ProcessingJob.Data.Outputs;

/// <summary>A finished output in a folder or on S3: what it is made of, and its rows.</summary>
public sealed class FinishedOutput
{
    readonly IOutputStore _store;

    FinishedOutput(IOutputStore store, Manifest manifest, JobSpec spec) => (_store, Manifest, Spec) = (store, manifest, spec);

    /// <summary>The folder or s3 URI.</summary>
    public string Location => _store.Location;
    public Manifest Manifest { get; }

    /// <summary>The job's spec.</summary>
    public JobSpec Spec { get; }

    /// <summary>Parts with rows, in the manifest's order: that of the input.</summary>
    public IEnumerable<PartRecord> Parts => Manifest.Parts.Where(p => p.Rows > 0);

    /// <exception cref="PJobException">BadSpec: there is no finished output.</exception>
    public static async Task<FinishedOutput> OpenAsync(IOutputStore store, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        var name = $"{store.Location}/{OutputLayout.Manifest}";
        if (await store.ReadAsync(OutputLayout.Manifest, cancellationToken).ConfigureAwait(false) is not { } json)
        {
            await OutputRoot.CheckLayoutAsync(store, cancellationToken).ConfigureAwait(false);
            throw new PJobException(
                $"{store.Location}: has no {OutputLayout.Manifest}: the job has not finished; 'pjob status {store.Location}' says why, the "
                    + "same 'pjob run' continues it",
                ExitCode.BadSpec
            );
        }

        var manifest = ContractJson.Read<Manifest>(json, name);
        return new(store, manifest, SpecReader.Parse(manifest.Spec.ToJsonString(), name));
    }

    /// <summary>All rows in the order of the input; memory holds some thousand rows.</summary>
    /// <param name="ranges">The job's embed.ranges, where int8 and uint8 embeddings need them; null: the file that the spec names.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    /// <exception cref="PJobException">A part is missing or damaged; BadSpec: the ranges cannot be read.</exception>
    public async IAsyncEnumerable<OutputRow> RowsAsync(
        string? ranges = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        var decoder = Spec.Task == TaskKind.Embed ? new VectorDecoder(Spec, ranges) : null;
        foreach (var part in Parts)
        {
            await foreach (var rows in ReadAsync(part, cancellationToken).ConfigureAwait(false))
            {
                for (var row = 0; row < rows.Count; row++)
                {
                    var vector = decoder is null ? [] : new float[decoder.Dimensions(rows.Width)];
                    decoder?.Decode(rows.Vector(row), vector);
                    yield return new(rows.Columns.ToDictionary(c => c.Key, c => c.Value[row]), vector);
                }
            }
        }
    }

    /// <summary>The rows of a part, a stretch at a time: a part may be larger than memory.</summary>
    /// <exception cref="PJobException">The part is missing or damaged.</exception>
    public async IAsyncEnumerable<PartRows> ReadAsync(
        PartRecord part,
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        using var file = await CopyAsync(part.Path, cancellationToken).ConfigureAwait(false);
        using var beside = part.Path.EndsWith(".npy", StringComparison.Ordinal)
            ? await CopyAsync(Path.ChangeExtension(part.Path, OutputLayout.Sidecar), cancellationToken).ConfigureAwait(false)
            : null;
        await foreach (var rows in PartReader.ReadAsync(file.Path, beside?.Path, Spec, cancellationToken).ConfigureAwait(false))
        {
            yield return rows;
        }
    }

    /// <summary>The hosts' reports by name; one that was cut short is left out.</summary>
    public Task<IReadOnlyList<HostReport>> ReportsAsync(CancellationToken cancellationToken = default) =>
        HostReports.ReadAsync(_store, cancellationToken);

    /// <summary>Rejects of all units, a few of every reason; files that are gone are left out.</summary>
    public async Task<IReadOnlyList<Reject>> RejectSamplesAsync(int perReason, CancellationToken cancellationToken = default)
    {
        var samples = new SortedDictionary<string, List<Reject>>(StringComparer.Ordinal);
        foreach (var part in Manifest.RejectFiles)
        {
            using var file = await _store.CopyAsync(part.Path, cancellationToken).ConfigureAwait(false);
            foreach (var line in file is null ? [] : File.ReadLines(file.Path))
            {
                var reject = ContractJson.Read<Reject>(Encoding.UTF8.GetBytes(line), part.Path);
                if (!samples.TryGetValue(reject.Reason, out var list))
                {
                    samples[reject.Reason] = list = [];
                }

                if (list.Count < perReason)
                {
                    list.Add(reject);
                }
            }

            // Enough of every reason: the files of a large job are not read to their end.
            if (samples.Count == Manifest.Rejects.Count && samples.Values.All(s => s.Count >= perReason))
            {
                break;
            }
        }

        return [.. samples.Values.SelectMany(s => s)];
    }

    async Task<LocalCopy> CopyAsync(string path, CancellationToken cancellationToken) =>
        await _store.CopyAsync(path, cancellationToken).ConfigureAwait(false)
        ?? throw new PJobException($"{Location}/{path}: missing; 'pjob check' verifies the whole output");
}
