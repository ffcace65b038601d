namespace ProcessingJob.Contract;

/// <summary>Rules between keys, checked by launcher and worker before anything else happens.</summary>
public static class SpecRules
{
    /// <param name="spec">The spec.</param>
    /// <param name="inContainer">The worker's view: where model and data come from is settled by the container's paths.</param>
    /// <exception cref="PJobException">Exit code 2; one line per broken rule.</exception>
    public static void Check(JobSpec spec, bool inContainer = false)
    {
        var faults = (inContainer ? Broken(spec) : BrokenPaths(spec).Concat(Broken(spec))).ToList();
        if (faults.Count > 0)
        {
            throw new PJobException(string.Join('\n', faults), ExitCode.BadSpec);
        }
    }

    static IEnumerable<string> BrokenPaths(JobSpec s)
    {
        if (s.Model.Length == 0)
        {
            yield return "model: not set; expected a model folder, s3://… or hf://owner/name";
        }

        if (s.Input.Data.Length == 0)
        {
            yield return "input.data: not set; expected a file, folder, glob or s3 prefix";
        }
    }

    static IEnumerable<string> Broken(JobSpec s)
    {
        if (s.Tokens.MaxLength is { } max && s.Tokens.Overflow == Overflow.Window && s.Tokens.Stride >= max - 2)
        {
            yield return $"tokens.stride: {s.Tokens.Stride} leaves no new token in a window of tokens.max_length {max}; expected less than {max - 2}";
        }

        if (s.Input.Delimiter is { } d && (d.Length != 1 || d[0] is '"' or '\r' or '\n' || d[0] > 127))
        {
            yield return $"input.delimiter: found '{d}', expected one ASCII character that is no quote or line break";
        }

        if (s.Input is { Sharding: Sharding.ByKey, Transfer: Transfer.Stream })
        {
            yield return "input.sharding: by_key is done by the service when it copies the data; with input.transfer stream expected balanced";
        }

        if (s.Output.Split.Count > 0 && Math.Abs(s.Output.Split.Sum(e => e.Value) - 1) > 1e-9)
        {
            yield return $"output.split: the shares sum to {s.Output.Split.Sum(e => e.Value):0.######}, expected 1";
        }

        foreach (var (name, _) in s.Output.Split)
        {
            if (name.Length == 0 || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-'))
            {
                yield return $"output.split: '{name}' becomes a folder; expected letters, digits, '_' or '-'";
            }
        }
        if (s.Embed.Precision is EmbeddingPrecision.Int8 or EmbeddingPrecision.Uint8 && s.Task == TaskKind.Embed && s.Embed.Ranges is null)
        {
            yield return $"embed.ranges: needed by embed.precision {Names.Of(s.Embed.Precision)}, so that every shard agrees; make it with 'pjob model ranges'";
        }

        if (s.Output.Format == OutputFormat.Npy && s.Task != TaskKind.Embed)
        {
            yield return $"output.format: npy holds embeddings only; task {Names.Of(s.Task)} needs parquet or jsonl";
        }

        if (s.Tokens.Padding == PaddingKind.MaxLength && s.Tokens.MaxLength is null)
        {
            yield return "tokens.padding: max_length needs tokens.max_length";
        }

        foreach (var fault in s.Task == TaskKind.Answer ? BrokenAnswer(s) : BrokenText(s))
        {
            yield return fault;
        }
    }

    static IEnumerable<string> BrokenText(JobSpec s)
    {
        if (s.Input.Text.Count == 0 && s.Input.Format is not (InputFormat.Text or InputFormat.Auto))
        {
            yield return $"input.text: not set; expected the column that holds the text (format {Names.Of(s.Input.Format)})";
        }

        if (s.Input.TextPair is not null && s.Task is not (TaskKind.Classify or TaskKind.Tokenize))
        {
            yield return $"input.text_pair: task {Names.Of(s.Task)} takes one text; pairs are for classify and tokenize";
        }

        if (s.Input.TextPair is null && s.Tokens.Truncation == TruncationSide.OnlySecond)
        {
            yield return "tokens.truncation: only_second cuts the second text of a pair, but input.text_pair is not set";
        }

        if (s.Input.TextPair is not null && s.Tokens.Overflow == Overflow.Window)
        {
            yield return "tokens.overflow: window cannot be used with input.text_pair; expected truncate or reject";
        }
    }

    static IEnumerable<string> BrokenAnswer(JobSpec s)
    {
        if ((s.Input.Question is null) == (s.Answer.Questions.Count == 0))
        {
            yield return "input.question: expected either this column or answer.questions, and not both";
        }

        if ((s.Input.Context is null) == (s.Answer.ContextFile is null))
        {
            yield return "input.context: expected either this column or answer.context_file, and not both";
        }

        if (s.Answer is { Questions.Count: > 0, ContextFile: not null })
        {
            yield return "answer.questions: with answer.context_file nothing is left to read from input.data; expected one of the two to be a column ('pjob ask' answers without data)";
        }
        // Task answer reads long contexts in windows unless they are to be rejected.
        if (s.Tokens.Overflow != Overflow.Reject && s.Tokens.MaxLength is { } max && s.Tokens.Stride >= max - 4)
        {
            yield return $"tokens.stride: {s.Tokens.Stride} leaves no room for question and context in tokens.max_length {max}";
        }
    }
}
