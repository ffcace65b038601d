using ProcessingJob.Contract.Output;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Models.Modules;
using ProcessingJob.Models.Onnx;

namespace ProcessingJob.Models.Folders;

/// <summary>
/// What should be known before a job's results with a model are trusted; the same before the job starts and in its workers.
/// </summary>
public static class ModelWarnings
{
    /// <param name="spec">The job.</param>
    /// <param name="model">Its model folder.</param>
    /// <param name="source">What it is run from; null where no graph was looked at, or none is run.</param>
    /// <param name="tokens">Tokens of the tokenizer.</param>
    /// <param name="maxLength">Tokens of an encoding.</param>
    /// <param name="limit">Tokens that the folder asks for.</param>
    public static IReadOnlyList<JobWarning> Of(JobSpec spec, ModelFolder model, ModelSource? source, int tokens, int maxLength, int limit)
    {
        var isGuessed = spec.Embed.Pooling == PoolingKind.Auto && !(source is not null && GraphOutputs.PoolsInside(model, source));
        var warnings = model.Warnings.Where(w => w.Code != DefaultModules.PoolingGuessed || isGuessed).ToList();
        if (tokens > model.VocabularySize)
        {
            warnings.Add(
                new(
                    "tokenizer_too_large",
                    $"the tokenizer has {tokens} tokens, but the model's table has {model.VocabularySize} rows: do they belong together?"
                )
            );
        }

        // max_seq_length is where the authors cut; more is the user's choice, as in sentence-transformers, up to the model's positions.
        if (maxLength > limit)
        {
            warnings.Add(
                new("max_length_above_folder", $"tokens.max_length {maxLength} is more than the {limit} that the model folder asks for")
            );
        }

        // Asked for by name, and float16 that is made for GPUs, are choices and no surprise.
        if (source is OnnxSource { File: { Precision: not WeightPrecision.Float32 } file } && spec.Compute.ModelFile == "auto")
        {
            warnings.AddRange(PrecisionOf(model, file));
        }

        if (source is SafetensorsSource built)
        {
            warnings.AddRange(OfCheckpoint(model, built));
        }

        warnings.AddRange(model.Notes.Select(note => new JobWarning("model_file_unusable", note)));
        // Hosts have the folder elsewhere; a warning is the same everywhere.
        return [.. warnings.Select(w => w with { Message = WithoutPath(w.Message, model.Path) })];
    }

    static IEnumerable<JobWarning> OfCheckpoint(ModelFolder model, SafetensorsSource source)
    {
        if (source.UnusedTensors() is [var first, ..] unused)
        {
            yield return new(
                "tensors_unused",
                $"{unused.Count} {(unused.Count == 1 ? "tensor" : "tensors")} of the checkpoint, such as {first}, "
                    + $"{(unused.Count == 1 ? "has" : "have")} no place in a {model.ModelType} model with this config.json: transformers "
                    + "leaves them out too"
            );
        }

        if (model.Config.NamesOwnCode)
        {
            yield return new(
                "own_code_unused",
                "config.json names code of its own in auto_map, which is never run: the numbers are those of transformers' "
                    + model.ModelType
            );
        }
    }

    static string WithoutPath(string message, string path) =>
        message.Replace(path.TrimEnd('/') + "/", "", StringComparison.Ordinal).Replace(path, "the model folder", StringComparison.Ordinal);

    static IEnumerable<JobWarning> PrecisionOf(ModelFolder model, ModelFile file)
    {
        if (file.Precision.IsQuantized())
        {
            yield return new(
                "precision_quantized",
                $"{file.Name} is {file.Precision.Words()}, and there is no other: its vectors differ from those of the float32 "
                    + "model; fix: add the safetensors"
            );
        }
        else if (model.Files.All(f => f.Precision != WeightPrecision.Float32))
        {
            yield return new(
                "precision_half",
                $"{file.Name} is {file.Precision.Words()}, and there is no float32: vectors agree with the float32 model's to "
                    + "about three digits; "
                    + "fix: add the safetensors"
            );
        }
    }
}
