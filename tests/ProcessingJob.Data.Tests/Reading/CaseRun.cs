using ProcessingJob.Contract;
using ProcessingJob.Contract.Columns;
using ProcessingJob.Contract.Output;
using ProcessingJob.Contract.Plan;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Data.Reading;
using ProcessingJob.Storage;

namespace ProcessingJob.Data.Tests;

/// <summary>A folder read as a job reads it: listed, looked at, cut into units, then its rows.</summary>
sealed class CaseRun
{
    public ReadRows Rows { get; } = new();
    public IReadOnlyList<KeptColumn> Schema { get; private set; } = [];

    public IReadOnlyList<JobWarning> Warnings { get; private set; } = [];

    /// <summary>The message of the refusal.</summary>
    public string? Refusal { get; private set; }

    /// <summary>Texts, or column=value of the kept ones behind each, and reasons of rejects: what a test compares.</summary>
    public IEnumerable<string> Lines =>
        Rows.Texts.Zip(Rows.Kept, (text, kept) => string.Join(" | ", [text, .. Schema.Zip(kept, (c, v) => $"{c.Name}={v}")]));

    public static async Task<CaseRun> OfAsync(string folder, InputSpec input)
    {
        var run = new CaseRun();
        try
        {
            var found = LocalInput.Resolve(folder, input.Format);
            var data = new LocalData(found.Root);
            var files = await found.HashAsync(cancellationToken: TestContext.Current.CancellationToken);
            var look = await InputLook.AtAsync(input, data, files, found.Skipped, TestContext.Current.CancellationToken);
            (input, run.Schema, run.Warnings) = (look.Input, look.Schema ?? [], look.Warnings);
            var units = UnitCutter.Cut(files, new() { Input = input }, "spec", "model");
            var reader = new RowReader(ReadOptions.From(new() { Input = input }, run.Schema));
            foreach (var unit in units)
            {
                await run.Rows.AddAsync(reader, reader.ReadAsync(unit, data, TestContext.Current.CancellationToken));
            }
        }
        catch (PJobException e)
        {
            run.Refusal = e.Message;
        }

        return run;
    }
}
