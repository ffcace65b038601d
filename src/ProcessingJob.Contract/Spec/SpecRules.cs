namespace ProcessingJob.Contract.Spec;

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

        foreach (var (key, address) in new[] { ("model", s.Model), ("input.data", s.Input.Data), ("output.data", s.Output.Data) })
        {
            if (Foreign(key, address) is { } fault)
            {
                yield return fault;
            }
        }
    }

    /// <summary>What is wrong with an address that is neither a path nor on S3; null: nothing.</summary>
    static string? Foreign(string key, string address)
    {
        if (address.StartsWith("arn:", StringComparison.Ordinal))
        {
            return $"{key}: found the ARN {address}, expected s3://bucket/prefix/; fix: name the bucket, also of an access point";
        }

        if (address is "~" || address.StartsWith("~/", StringComparison.Ordinal))
        {
            return $"{key}: found {address}, but only a shell knows what ~ is; fix: write the whole path";
        }

        var end = address.IndexOf("://", StringComparison.Ordinal);
        if (end <= 0 || !address[..end].All(c => char.IsAsciiLetterOrDigit(c) || c is '+' or '-' or '.'))
        {
            return null;
        }

        return address[..end].ToLowerInvariant() switch
        {
            "s3" => null,
            "hf" when key == "model" => null,
            "athena" or "redshift" => $"{key}: found {address}, but queries are not run; fix: UNLOAD the result to S3 as Parquet and name "
                + "that prefix, or start the image with a DatasetDefinition as its input 'data' (docs/orchestrators.md)",
            var scheme => $"{key}: {scheme}:// is not supported, expected a path or s3://bucket/prefix/"
                + (key == "model" ? " or hf://owner/name" : ""),
        };
    }

    static IEnumerable<string> Broken(JobSpec s)
    {
        if (s.Tokens.MaxLength is { } max && s.Tokens.Overflow == Overflow.Window && s.Tokens.Stride >= max - 2)
        {
            yield return $"tokens.stride: {s.Tokens.Stride} leaves no new token in a window of tokens.max_length {max}; expected "
                + $"less than {max - 2}";
        }

        foreach (var fault in CsvRules.Broken(s.Input))
        {
            yield return fault;
        }

        if (s.Input is { Sharding: Sharding.ByKey, Transfer: Transfer.Stream })
        {
            yield return "input.sharding: by_key is done by the service when it copies the data; with input.transfer stream "
                + "expected balanced";
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
        var task = TaskTable.Of(s.Task);
        foreach (var fault in OutputRules.Broken(s, task))
        {
            yield return fault;
        }

        if (s.Output.Format == OutputFormat.Npy && task.Output != TaskOutput.Vector)
        {
            yield return $"output.format: npy holds embeddings only; task {Names.Of(s.Task)} needs parquet or jsonl";
        }

        if (!task.HasRoles && s.Embed.Role != TextRole.None)
        {
            yield return $"embed.role: found {Names.Of(s.Embed.Role)}, but task {Names.Of(s.Task)} knows no roles; they are for "
                + string.Join(", ", TaskTable.All.Where(t => t.HasRoles).Select(t => Names.Of(t.Kind)));
        }

        if (!task.RunsModel && s.Tokens.PromptName is { } prompt)
        {
            yield return $"tokens.prompt_name: found {prompt}, but task {Names.Of(s.Task)} knows no prompts; "
                + "fix: give the text as tokens.prompt";
        }

        if (s.Tokens.Padding == PaddingKind.MaxLength && s.Tokens.MaxLength is null)
        {
            yield return "tokens.padding: max_length needs tokens.max_length";
        }

        foreach (var fault in task.Check(s))
        {
            yield return fault;
        }
    }
}
