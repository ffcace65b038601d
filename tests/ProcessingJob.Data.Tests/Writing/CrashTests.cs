using System.Diagnostics;
using ProcessingJob.Contract.Columns;
using ProcessingJob.Contract.Output;
using ProcessingJob.Contract.Plan;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Data.Columns;
using ProcessingJob.Data.Writing;
using ProcessingJob.Storage;

namespace ProcessingJob.Data.Tests;

/// <summary>kill -9 at every step of a commit, then a rerun: the output is byte for byte that of an undisturbed run.</summary>
public sealed class CrashTests : IDisposable
{
    const string FolderVariable = "PJOB_CRASH_FOLDER";
    readonly string _folder = Directory.CreateTempSubdirectory("pjob-data-").FullName;

    public static TheoryData<string> Points => [.. CrashPoint.All];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [MemberData(nameof(Points))]
    public async Task Commit_KilledAtPoint_ResumesToIdenticalBytes(string point)
    {
        await WriteAsync(Path.Combine(_folder, "undisturbed"));
        var output = Path.Combine(_folder, "output");

        Assert.Equal(137, await RunChildAsync(output, point));
        var committed = await new LocalStore(output).ListCommittedAsync(TestContext.Current.CancellationToken);
        Assert.Equal(point == CrashPoint.AfterCommit ? 1 : 0, committed.Count);

        await WriteAsync(output);
        var store = new LocalStore(output);
        await store.ProbeAsync(TestContext.Current.CancellationToken);
        Assert.Empty(Directory.EnumerateFiles(store.Staging, "*.tmp"));
        Assert.Equal(Contents(Path.Combine(_folder, "undisturbed")), Contents(output));
    }

    /// <summary>What a killed process runs; only on request.</summary>
    [Fact(Explicit = true)]
    public Task Child() => WriteAsync(Environment.GetEnvironmentVariable(FolderVariable)!);

    static async Task<int> RunChildAsync(string output, string point)
    {
        var start = new ProcessStartInfo(
            Environment.ProcessPath!,
            ["--filter-method", "*CrashTests.Child", "--explicit", "only", "--no-progress"]
        )
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetDirectoryName(output)!,
        };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath!) == "dotnet")
        {
            start.ArgumentList.Insert(0, typeof(CrashTests).Assembly.Location);
        }

        start.Environment[FolderVariable] = output;
        start.Environment["PROCESSINGJOB_CRASH_AT"] = point;
        using var child = Process.Start(start)!;
        var said = child.StandardOutput.ReadToEndAsync();
        _ = child.StandardError.ReadToEndAsync();
        await child.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(child.ExitCode == 137, $"exit code {child.ExitCode}: {await said}");
        return child.ExitCode;
    }

    static async Task WriteAsync(string output)
    {
        OutputColumn[] columns = [new("id", ColumnKind.Int64), new("text", ColumnKind.String)];
        var unit = WorkUnit.Create("a.csv", InputFormat.Csv, 0, 10, 10, "v", "s", "m");
        await using var writer = new UnitWriter(new LocalStore(output), unit, columns, new() { RowsPerPart = 20 });
        using var block = new ColumnBlock(columns);
        for (var i = 0; i < 50; i++)
        {
            block.Get<ValueColumn<long>>("id").Append(i);
            block.Get<StringColumn>("text").Append($"text {i}");
        }
        await writer.WriteAsync(block);
        await writer.RejectAsync(new("a.csv", 50, 400, RejectReason.MissingText, "no text", ""));
        await writer.CommitAsync(new(51, 50, 9, 0));
    }

    static string[] Contents(string folder) =>
        [
            .. Directory
                .EnumerateFiles(folder, "*", SearchOption.AllDirectories)
                .Order(StringComparer.Ordinal)
                .Select(path => $"{Path.GetRelativePath(folder, path)} {Fingerprints.OfFile(path)}"),
        ];
}
