using System.CommandLine;
using System.Globalization;
using ProcessingJob.Cli.Commands;
using ProcessingJob.Cli.Display;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Inference.Engine;
using ProcessingJob.Inference.Heads;
using ProcessingJob.Inference.Verification;
using ProcessingJob.Models.Folders;
using ProcessingJob.Tokenization;

namespace ProcessingJob.Cli.Model;

static class VerifyCommand
{
    public static Command Create(CliContext cli)
    {
        var command = new Command(
            "verify",
            "Verify a model's numbers on this machine: optimized against unoptimized, each precision against float32, "
                + "batched against single; with --reference also against known embeddings"
        );
        var folder = new Argument<string>("DIR") { Description = "The model folder" };
        var reference = new Option<string?>("--reference")
        {
            Description = "Expected embeddings: JSON lines of {\"text\", \"embedding\"}",
            HelpName = "FILE",
        };
        var tune = new Option<bool>("--tune") { Description = "Also measure token budgets (compute.token_budget)" };
        var device = new Option<DeviceKind>("--device") { Description = "auto, cuda or cpu", DefaultValueFactory = _ => DeviceKind.Auto };
        var json = CommonOptions.Json();
        command.Arguments.Add(folder);
        command.Options.Add(reference);
        command.Options.Add(tune);
        command.Options.Add(device);
        command.Options.Add(json);
        command.SetAction(parsed =>
        {
            var model = ModelFolder.Open(parsed.GetRequiredValue(folder));
            var options = new EngineOptions { Task = model.Task, Device = parsed.GetValue(device) };
            var results = ModelVerifier.Verify(model, options, parsed.GetValue(reference));
            var tuned = parsed.GetValue(tune) ? ModelVerifier.Tune(model, options, TuningTexts(model)) : [];
            var code = results.All(r => r.Passed) ? ExitCode.Done : ExitCode.Model;
            if (parsed.GetValue(json))
            {
                cli.WriteJson(
                    new
                    {
                        ExitCode = (int)code,
                        Comparisons = results.Select(Document),
                        Tuning = tuned,
                    }
                );
            }
            else
            {
                Print(cli, results, tuned, parsed.GetValue(reference) is not null);
            }

            return (int)code;
        });
        return command;
    }

    static void Print(CliContext cli, IReadOnlyList<Comparison> results, IReadOnlyList<TuneResult> tuned, bool hasReference)
    {
        var table = new TextTable("compared", "cosine min", "mean", "required", "max difference", "result");
        foreach (var r in results)
        {
            table.Add(
                r.Name,
                Number(r.MinCosine, "0.0000000"),
                Number(r.MeanCosine, "0.0000000"),
                Number(r.Required, "0.0000000"),
                Number(r.MaxDifference, "0.0e+0"),
                r.Passed ? "passed" : "FAILED"
            );
        }

        cli.Out.Write(table.ToString());
        cli.Out.WriteLine(
            results.All(r => r.Passed)
                ? "all checks passed"
                    + (hasReference ? "" : ": the model agrees with itself; to compare with known embeddings add --reference FILE")
                : "checks failed; fix: re-export the model, or choose another file with compute.model_file"
        );
        if (tuned.Count == 0)
        {
            return;
        }

        var budgets = new TextTable("token budget", "tokens/s", "not padding");
        foreach (var t in tuned)
        {
            budgets.Add(Text.Count(t.TokenBudget), Text.Count(t.TokensPerSecond), Text.Percent(t.Fill));
        }

        cli.Out.Write(budgets.ToString());
        cli.Out.WriteLine($"fastest here: compute.token_budget: {tuned.MaxBy(t => t.TokensPerSecond)!.TokenBudget}");
    }

    // A comparison that could not be made has no numbers, which JSON cannot say.
    static object Document(Comparison r) =>
        new
        {
            r.Name,
            MinCosine = Finite(r.MinCosine),
            MeanCosine = Finite(r.MeanCosine),
            MaxDifference = Finite(r.MaxDifference),
            r.Required,
            r.Passed,
        };

    static double? Finite(double value) => double.IsFinite(value) ? value : null;

    static string Number(double value, string format) =>
        double.IsFinite(value) ? value.ToString(format, CultureInfo.InvariantCulture) : "-";

    /// <summary>Texts of the lengths that reviews have: most short, some as long as the model takes.</summary>
    static EncodingBuffer TuningTexts(ModelFolder model)
    {
        const int texts = 400;
        var tokenizer = Tokenizer.Load(model.Path);
        var encoder = tokenizer.CreateEncoder(new() { MaxLength = TextPreparation.LimitOf(model, tokenizer) });
        var (buffer, random) = (new EncodingBuffer(), new Random(1));
        for (var i = 0; i < texts; i++)
        {
            encoder.Encode(
                string.Join(
                    ' ',
                    Enumerable
                        .Range(0, (int)Math.Min(300, Math.Exp(2 + 1.2 * random.NextDouble() * 2)))
                        .Select(_ => Words[random.Next(Words.Length)])
                ),
                buffer
            );
        }

        return buffer;
    }

    static readonly string[] Words =
        "the parcel came late but it was good and they sent another one with a note that said sorry for your trouble".Split(' ');
}
