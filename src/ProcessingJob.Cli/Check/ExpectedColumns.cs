using ProcessingJob.Contract;

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
        columns.AddRange(
            spec.Task switch
            {
                TaskKind.Embed => ["embedding"],
                TaskKind.Tokenize => ["input_ids", "attention_mask"],
                TaskKind.Answer => spec.Answer.TopK == 1 ? ["answer", "start", "end", "score"] : ["answers"],
                _ => spec.Classify.TopK == 1 ? ["label", "score"] : (string[])["labels", "scores"],
            }
        );
        columns.AddRange(["token_count", "truncated", "source_file", "source_row"]);
        return columns;
    }
}
