using ProcessingJob.Contract.Spec;

namespace ProcessingJob.Cli.Check;

/// <summary>The columns that every part of a job's output has, by its spec.</summary>
static class ExpectedColumns
{
    public static IReadOnlyList<string> Of(JobSpec spec)
    {
        var columns = new List<string>();
        if (spec.Input.Id is { } id)
        {
            columns.Add(id);
        }

        columns.AddRange(spec.Input.Keep.Where(k => k != "*"));
        columns.AddRange(TaskColumns.Of(spec).Concat(TaskColumns.Common).Select(c => c.Name));
        return columns;
    }
}
