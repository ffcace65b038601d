using System.CommandLine;
using System.Globalization;
using ProcessingJob.Cli.Commands;
using ProcessingJob.Cli.Display;
using ProcessingJob.Cli.Outputs;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Data.Outputs;

namespace ProcessingJob.Cli.Search;

static class SearchCommand
{
    const int CellLength = 60;
    static readonly HashSet<string> Bookkeeping = ["token_count", "truncated"];

    public static Command Create(CliContext cli)
    {
        var command = new Command(
            "search",
            "Find the texts of an output nearest to a query: exact search by cosine, by the dot product of sparse weights, or by MaxSim"
        );
        var folder = new Argument<string>("DIR|URI")
        {
            Description = "Output of an embed, sparse or multivector job: its folder, or its s3:// URI",
        };
        var text = new Argument<string>("TEXT") { Description = "The query" };
        var top = new Option<int>("--top")
        {
            Description = "Number of results",
            HelpName = "N",
            DefaultValueFactory = _ => 10,
        };
        var model = new Option<string?>("--model") { Description = "The model folder; default: the job's", HelpName = "DIR" };
        var prompt = new Option<string?>("--prompt")
        {
            Description = "Text or prompt name to put before the query; default: the model's prompt 'query', else the job's",
            HelpName = "PROMPT",
        };
        var ranges = RangesOption.Create();
        var region = CommonOptions.Region();
        var json = CommonOptions.Json();
        command.Arguments.Add(folder);
        command.Arguments.Add(text);
        foreach (var option in (Option[])[top, model, prompt, ranges, region, json])
        {
            command.Options.Add(option);
        }

        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                using var opened = OutputPlace.Open(cli, parsed.GetRequiredValue(folder), parsed.GetValue(region));
                var output = await FinishedOutput.OpenAsync(opened.Store, cancellationToken);
                if (!TaskSearch.Has(output.Spec.Task))
                {
                    throw new PJobException(
                        $"{output.Location}: holds the output of task {Names.Of(output.Spec.Task)}, expected embeddings (task "
                            + $"{string.Join(", ", TaskSearch.Tasks.Select(Names.Of))})",
                        ExitCode.BadSpec
                    );
                }

                if (output.Spec.Input.Blank == BlankTexts.Reject && string.IsNullOrWhiteSpace(parsed.GetRequiredValue(text)))
                {
                    throw new PJobException("TEXT: found an empty text, expected a query", ExitCode.BadSpec);
                }

                if (parsed.GetValue(top) < 1)
                {
                    throw new PJobException($"--top: found {parsed.GetValue(top)}, expected at least 1", ExitCode.BadSpec);
                }

                var modelFolder = parsed.GetValue(model) ?? output.Spec.Model;
                if (!Directory.Exists(modelFolder))
                {
                    throw new PJobException(
                        $"the job's model '{modelFolder}' is not a folder on this machine; fix: name its folder with --model DIR",
                        ExitCode.Model
                    );
                }

                using var encoder = new QueryEncoder(output.Spec, modelFolder, parsed.GetValue(prompt));
                var hits = await TaskSearch.FindAsync(
                    output,
                    encoder,
                    parsed.GetRequiredValue(text),
                    RangesOption.FileOf(output.Spec, parsed.GetValue(ranges)!),
                    parsed.GetValue(top),
                    cancellationToken
                );
                if (parsed.GetValue(json))
                {
                    cli.WriteJson(
                        new
                        {
                            Query = parsed.GetValue(text),
                            Rows = output.Manifest.RowsOut,
                            Hits = hits,
                        }
                    );
                }
                else
                {
                    Print(cli, hits, output.Spec);
                }
            }
        );
        return command;
    }

    static void Print(CliContext cli, IReadOnlyList<Hit> hits, JobSpec spec)
    {
        if (hits.Count == 0)
        {
            cli.Out.WriteLine("the output has no rows");
            return;
        }
        // Texts last and as wide as they are; where each row came from only when nothing else was kept.
        var names = hits.SelectMany(h => h.Columns.Keys).Distinct().Where(c => !Bookkeeping.Contains(c)).ToList();
        // Of a long text's windows the place says which.
        var own = names.Where(n => n is not ("source_file" or "source_row" or "window")).ToList();
        own = own.Exists(n => n is not ("start" or "end")) ? own : [];
        var columns = (own.Count > 0 ? own : names).OrderBy(n => spec.Input.Text.Contains(n) ? 1 : 0).ToList();
        foreach (var hit in hits)
        {
            var cells = columns.Select(c =>
                $"{c}={Cell(hit.Columns.GetValueOrDefault(c), spec.Input.Text.Contains(c) ? 160 : CellLength)}"
            );
            cli.Out.WriteLine($"{hit.Score.ToString("0.0000", CultureInfo.InvariantCulture)}  {string.Join("  ", cells)}");
        }

        if (!columns.Exists(spec.Input.Text.Contains))
        {
            cli.Error.WriteLine(
                $"the texts are not in the output; to see them, keep them: input.keep: [{string.Join(", ", spec.Input.Text)}]"
            );
        }
    }

    static string Cell(object? value, int length) =>
        SafeText.Of(Pages.Html.Shorten((Convert.ToString(value, CultureInfo.InvariantCulture) ?? "").ReplaceLineEndings(" "), length));
}
