using ProcessingJob.Cli.Display;
using ProcessingJob.Contract;
using ProcessingJob.Launcher.Reading;

namespace ProcessingJob.Cli.Model;

/// <summary>What a model folder says, in words: a name and its value a line.</summary>
static class ReadingText
{
    public static string Of(ModelReading reading)
    {
        (string Name, string Value)[] lines = [.. Model(reading), .. Graphs(reading), .. Tokenizer(reading.Tokenizer), .. Tasks(reading)];
        var width = lines.Max(line => line.Name.Length);
        return string.Concat(lines.Select(line => $"{line.Name.PadRight(width)}  {line.Value}\n"));
    }

    static IEnumerable<(string, string)> Model(ModelReading r)
    {
        if (r.Family is null)
        {
            yield return ("model", "none; the tokenizer alone serves task tokenize");
            yield break;
        }

        yield return ("model", $"{r.Family}, {(r.Task is { } task ? Names.Of(task) : "for no task but tokenize")}");
        yield return ("architecture", $"{r.Architecture ?? "not named"}, head: {r.Head ?? "another"}");
        yield return ("hidden size", $"{r.HiddenSize}");
        if (r.MaxLength is { } length)
        {
            yield return ("max length", $"{length.Tokens} tokens, by {length.From}");
        }

        foreach (var module in r.Modules)
        {
            yield return (module.Type.ToLowerInvariant(), module.Summary);
        }

        if (r.ModulesFrom is { } from)
        {
            yield return ("modules", from == "guessed" ? "guessed (no modules.json)" : $"of {from}");
        }

        if (r.Pooling is { } pooling)
        {
            yield return ("pooling from", pooling.From);
            yield return ("normalize", pooling.Normalize ? "yes" : "no");
            yield return ("embedding size", pooling.Dimensions is { } size ? $"{size}" : "not stated by the graph");
            yield return ("similarity", r.Similarity!);
        }

        foreach (var (name, prompt) in r.Prompts)
        {
            yield return ("prompt", $"{name}: \"{prompt}\"" + (name == r.DefaultPrompt ? " (default)" : ""));
        }

        if (r.Labels.Count > 0)
        {
            yield return ("labels", string.Join(", ", r.Labels) + (r.ProblemType is null ? "" : $" ({r.ProblemType})"));
        }
    }

    static IEnumerable<(string, string)> Graphs(ModelReading r)
    {
        foreach (var graph in r.Graphs)
        {
            var devices = graph.Devices.Count == 0 ? "" : $", for {string.Join(" and ", graph.Devices)}";
            var origin = graph.Origin == "onnx" ? "" : ", graph built here";
            yield return (graph.Origin, $"{graph.File}: {graph.Precision}, {Text.Bytes(graph.Bytes)}{origin}{devices}");
            yield return graph.Problem is { } problem
                ? ("  not usable", problem)
                : ("  inputs", string.Join(", ", graph.Inputs.Select(Port)));
            yield return ("  outputs", string.Join(", ", graph.Outputs.Select(Port)));
        }
    }

    static string Port(PortReading port) => $"{port.Name} {port.Type} [{string.Join(", ", port.Shape.Select(d => d < 0 ? "?" : $"{d}"))}]";

    static IEnumerable<(string, string)> Tokenizer(TokenizerReading t)
    {
        yield return ("tokenizer", $"{t.Model} (from {t.From})");
        yield return ("normalizer", t.Normalizer);
        yield return ("pre-tokenizer", t.PreTokenizer);
        yield return ("template", t.Template);
        yield return ("vocabulary", $"{Text.Count(t.VocabularySize)} tokens, including {Text.Count(t.AddedTokens)} added");
        yield return ("special tokens", string.Join(", ", t.SpecialTokens.OrderBy(s => s.Value).Select(s => $"{s.Key} {s.Value}")));
        yield return ("tokenizer limit", t.MaxLength is { } max ? $"{Text.Count(max)} tokens" : "none");
        foreach (var note in t.Notes)
        {
            yield return ("note", note);
        }
    }

    static IEnumerable<(string, string)> Tasks(ModelReading r)
    {
        foreach (var task in r.Tasks)
        {
            yield return ($"task {Names.Of(task.Task)}", task.Fits ? task.Result : $"refused: {task.Result}");
        }

        foreach (var warning in r.Warnings)
        {
            yield return ("warning", warning.ToString());
        }
    }
}
