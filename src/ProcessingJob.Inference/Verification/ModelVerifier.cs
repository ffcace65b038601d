using System.Diagnostics;
using System.Numerics.Tensors;
using System.Text.Json;
using ProcessingJob.Contract;
using ProcessingJob.Inference.Devices;
using ProcessingJob.Inference.Engine;
using ProcessingJob.Inference.Heads;
using ProcessingJob.Models.Folders;
using ProcessingJob.Models.Onnx;
using ProcessingJob.Tokenization;

namespace ProcessingJob.Inference.Verification;

/// <summary>One comparison of embeddings or logits.</summary>
/// <param name="Name">What was compared, e.g. "optimized vs unoptimized".</param>
/// <param name="MinCosine">Over the texts.</param>
/// <param name="MeanCosine">Over the texts.</param>
/// <param name="MaxDifference">Largest absolute difference of a value.</param>
/// <param name="Required">The least MinCosine that passes.</param>
public sealed record Comparison(string Name, double MinCosine, double MeanCosine, double MaxDifference, double Required)
{
    /// <summary>False for NaN too.</summary>
    public bool Passed => MinCosine >= Required;
}

/// <summary>One line of the tuning table.</summary>
/// <param name="TokenBudget">Padded tokens per batch.</param>
/// <param name="TokensPerSecond">Real tokens.</param>
/// <param name="Fill">Real/padded.</param>
public sealed record TuneResult(int TokenBudget, double TokensPerSecond, double Fill);

/// <summary>Checks that a model computes what it should on a device, and measures which budget is best there.</summary>
public static class ModelVerifier
{
    const double SameNumbers = 0.999999;

    /// <summary>Compares optimised with unoptimised graph, every file with the float32 one, batched with single rows, and, given a
    /// reference file (jsonl of {"text","embedding"}), the results with that.</summary>
    /// <exception cref="PJobException">The model or the reference cannot be used.</exception>
    public static IReadOnlyList<Comparison> Verify(ModelFolder model, EngineOptions options, string? referenceFile = null)
    {
        using var setup = new VerifierSetup(model, options);
        var (texts, expected) = referenceFile is null ? (SampleTexts(), null) : ReadReference(referenceFile);
        var block = Tokenize(model, options, texts);
        var results = new List<Comparison>();

        var chosen = NumericGate.Run(model, setup.Graph, setup.Head, setup.Settings, block);
        var plain = NumericGate.Run(model, setup.Graph, setup.Head, setup.Settings with { Optimize = false }, block);
        results.Add(Compare($"{setup.File.File.Name}: optimized vs as it is", chosen, plain, Required(setup.File)));
        results.Add(Compare($"{setup.File.File.Name}: in batches vs alone", setup.RunInBatches(block), chosen, SameNumbers));
        if (model.Sources.FirstOrDefault(c => c.File.Precision == WeightPrecision.Float32) is { } full)
        {
            foreach (var other in model.Sources.Where(c => c != full))
            {
                results.Add(CompareFiles(model, options, setup.Settings, block, full, other));
            }
        }

        if (expected is not null)
        {
            results.Add(Compare($"{setup.File.File.Name} vs {referenceFile}", chosen, expected, Required(setup.File)));
        }

        return results;
    }

    /// <summary>
    /// Measures token budgets on encodings of real texts, smallest budget first. Take some thousand tokens per core at least.
    /// </summary>
    public static IReadOnlyList<TuneResult> Tune(ModelFolder model, EngineOptions options, EncodingBuffer texts)
    {
        var results = new List<TuneResult>();
        var check = true;
        foreach (var budget in DeviceProfile.Choose(options.Device).Profile.TuneBudgets)
        {
            using var engine = InferenceEngine.Create(
                model,
                options with
                {
                    TokenBudget = budget,
                    Deduplicate = false,
                    CheckModel = check,
                    Log = null,
                }
            );
            // Once is enough, but for a graph that must be run one text a call.
            check = engine.Resolved.BatchDependent == true;
            engine.RunAsync(texts, default).GetAwaiter().GetResult().Dispose();
            var before = engine.Stats;
            var clock = Stopwatch.StartNew();
            engine.RunAsync(texts, default).GetAwaiter().GetResult().Dispose();
            var tokens = engine.Stats.RealTokens - before.RealTokens;
            results.Add(new TuneResult(budget, tokens / clock.Elapsed.TotalSeconds, engine.Stats.Fill));
        }

        return results;
    }

    static Comparison CompareFiles(
        ModelFolder model,
        EngineOptions options,
        OrtSettings settings,
        EncodingBuffer block,
        ModelSource full,
        ModelSource other
    )
    {
        var name = $"{other.File.Name} vs {full.File.Name}";
        try
        {
            return Compare(name, Run(other), Run(full), Required(other));
        }
        catch (PJobException e)
        {
            // A file that cannot run here says nothing against the others.
            return new Comparison($"{name}: {e.Message}", 0, 0, double.NaN, Required(other));
        }

        float[][] Run(ModelSource file)
        {
            using var graph = file.Open();
            return NumericGate.Run(model, graph, TaskHeads.Create(model, file, options.Task, options.Embed), settings, block);
        }
    }

    // What careful exports of well-known models reach.
    static double Required(ModelSource file) =>
        file.File.Precision switch
        {
            WeightPrecision.Float32 => SameNumbers,
            WeightPrecision.Float16 or WeightPrecision.Bfloat16 => 0.9999,
            WeightPrecision.WeightOnly or WeightPrecision.QuantizedStatic or WeightPrecision.QuantizedDynamic => 0.9995,
        };

    static Comparison Compare(string name, float[][] results, float[][] expected, double required)
    {
        (results, expected) = (NumericGate.Directions(results), NumericGate.Directions(expected));
        var (min, sum, difference) = (1.0, 0.0, 0.0);
        for (var i = 0; i < results.Length; i++)
        {
            if (results[i].Length != expected[i].Length)
            {
                throw new PJobException(
                    $"{name}: text {i} has {results[i].Length} values here and {expected[i].Length} there",
                    ExitCode.Model
                );
            }

            var cosine = TensorPrimitives.CosineSimilarity<float>(results[i], expected[i]);
            min = Math.Min(min, cosine);
            sum += cosine;
            for (var d = 0; d < results[i].Length; d++)
            {
                difference = Math.Max(difference, Math.Abs(results[i][d] - (double)expected[i][d]));
            }
        }

        return new Comparison(name, min, sum / results.Length, difference, required);
    }

    static (string[] Texts, float[][] Expected) ReadReference(string path)
    {
        var (texts, expected) = (new List<string>(), new List<float[]>());
        var number = 0;
        try
        {
            foreach (var line in File.ReadLines(path))
            {
                number++;
                if (line.Length == 0)
                {
                    continue;
                }

                using var json = JsonDocument.Parse(line);
                texts.Add(json.RootElement.GetProperty("text").GetString() ?? "");
                expected.Add([.. json.RootElement.GetProperty("embedding").EnumerateArray().Select(v => v.GetSingle())]);
            }
        }
        catch (Exception e) when (JsonFault.Is(e))
        {
            throw new PJobException(
                $"{path}:{number}: cannot be used as reference: {JsonFault.Of(e)}; expected lines of {{\"text\": …, \"embedding\": […]}}",
                ExitCode.BadSpec,
                e
            );
        }

        return texts.Count > 0 ? ([.. texts], [.. expected]) : throw new PJobException($"{path} has no lines", ExitCode.BadSpec);
    }

    static EncodingBuffer Tokenize(ModelFolder model, EngineOptions options, IEnumerable<string> texts)
    {
        var encoder = Tokenizer.Load(model.Path).CreateEncoder(new EncodeOptions { MaxLength = options.MaxLength ?? model.MaxLength });
        var block = new EncodingBuffer();
        foreach (var text in texts)
        {
            encoder.Encode(text, block);
        }

        return block;
    }

    /// <summary>Short and long, several scripts, nothing twice.</summary>
    static string[] SampleTexts()
    {
        const string words =
            "the parcel came two days late but its contents were fine and I would order again from this shop without a second thought "
            + "although my neighbour says that theirs broke within a week of ordinary use";
        var parts = words.Split(' ');
        return
        [
            .. Enumerable
                .Range(1, 14)
                .Select(n => string.Join(' ', Enumerable.Range(0, n * n).Select(w => parts[(w * n + w / 7) % parts.Length]))),
            "Größe passt, Farbe nicht",
            "とても良い商品です。",
            "Очень хорошо",
            "جيد جدا",
            "1,234.56 € (−20 %)",
            "!!!",
            "a",
        ];
    }

    /// <summary>An engine with these options, and what it is made of.</summary>
    sealed class VerifierSetup : IDisposable
    {
        readonly InferenceEngine _engine;

        public VerifierSetup(ModelFolder model, EngineOptions options)
        {
            _engine = InferenceEngine.Create(model, options with { Deduplicate = false, CheckModel = false });
            File = model.SourceFor(_engine.Device).Source;
            Head = TaskHeads.Create(model, File, options.Task, options.Embed);
            Settings = new OrtSettings { Profile = DeviceProfile.Choose(_engine.Device).Profile };
            Graph = File.Open();
            // What else is checked at a start, the comparisons say.
            if (Settings.Profile.CheckAtStart)
            {
                _ = StartCheck.Place(model, Graph, Head, options.MaxLength ?? model.MaxLength, Settings, options);
            }
        }

        public ModelSource File { get; }

        public ModelGraph Graph { get; }

        public OutputHead Head { get; }

        public OrtSettings Settings { get; }

        public float[][] RunInBatches(EncodingBuffer block)
        {
            using var result = _engine.RunAsync(block, default).GetAwaiter().GetResult();
            return [.. Enumerable.Range(0, block.Count).Select(i => result.All(i).ToArray())];
        }

        public void Dispose()
        {
            Graph.Dispose();
            _engine.Dispose();
        }
    }
}
