using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Time.Testing;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Output;
using ProcessingJob.Contract.Plan;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Data.Finalizing;
using ProcessingJob.Storage;
using ProcessingJob.Testing;

namespace ProcessingJob.Data.Tests.Finalizing;

/// <summary>An output folder with units written by hand.</summary>
sealed class OutputBench : IDisposable
{
    readonly TempFolder _folder = new();

    public OutputBench() => Store = LocalStore.Within(_folder["out"]);

    public LocalStore Store { get; }
    public OutputIdentity Identity { get; } = new(new JobSpec { Rejects = new() { MaxFraction = 0.5 } }, "model");
    public List<WorkUnit> Units { get; } = [];

    public string Path(string path) => Store.PathOf(path);

    public bool Has(string path) => File.Exists(Path(path));

    public void Write(string path, string content)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(Path(path))!);
        File.WriteAllText(Path(path), content);
    }

    /// <summary>A unit of <paramref name="rows"/> rows, the last <paramref name="rejected"/> of them rejects.</summary>
    public WorkUnit Commit(string source, int rows, int rejected = 0, Func<UnitRecord, UnitRecord>? change = null)
    {
        var unit = WorkUnit.Create(source, InputFormat.Text, 0, 100, 100, "v", Identity.SpecFingerprint, Identity.ModelFingerprint);
        Units.Add(unit);
        var rejects = string.Concat(
            Enumerable
                .Range(0, rejected)
                .Select(i =>
                    $$"""{"source_file":"{{source}}","source_row":{{i}},"source_offset":0,"reason":"bad_record","message":"no","row":""}"""
                    + "\n"
                )
        );
        var record = new UnitRecord
        {
            Unit = unit.Id,
            SourceFile = source,
            End = 100,
            Size = 100,
            Version = "v",
            SpecFingerprint = Identity.SpecFingerprint,
            ModelFingerprint = Identity.ModelFingerprint,
            RowsIn = rows,
            RowsKept = rows - rejected,
            RowsOut = rows - rejected,
            Tokens = rows,
            Rejects =
                rejected == 0 ? new SortedDictionary<string, long>() : new SortedDictionary<string, long> { ["bad_record"] = rejected },
            Parts =
            [
                WritePart(
                    OutputLayout.Part(unit.Id, 0, null, ".jsonl"),
                    string.Concat(Enumerable.Repeat("{}\n", rows - rejected)),
                    rows - rejected
                ),
            ],
            RejectFile = rejected == 0 ? null : WritePart(OutputLayout.Rejects(unit.Id), rejects, rejected),
        };
        Write(OutputLayout.Commit(unit.Id), Encoding.UTF8.GetString(ContractJson.Write(change?.Invoke(record) ?? record)));
        return unit;
    }

    public Task<FinalizeResult> FinishAsync(bool removeOrphans = true) => Finalizer.FinishAsync(Request(removeOrphans));

    public FinalizeRequest Request(bool removeOrphans = true) =>
        new()
        {
            Job = "job",
            Spec = Identity.Spec,
            Identity = Identity,
            DataFingerprint = "data",
            Units = Units,
            Hosts = ["algo-1"],
            RemoveOrphans = removeOrphans,
        };

    public Finalizer Finalizer => new(Store, new FakeTimeProvider(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero)));

    public void Dispose() => _folder.Dispose();

    PartRecord WritePart(string path, string content, int rows)
    {
        Write(path, content);
        return new(path, rows, content.Length, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(content))));
    }
}
