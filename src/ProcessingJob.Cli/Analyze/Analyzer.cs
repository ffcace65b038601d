using ProcessingJob.Contract;
using ProcessingJob.Contract.Output;
using ProcessingJob.Contract.Plan;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Data.Reading;
using ProcessingJob.Inference.Heads;
using ProcessingJob.Models.Folders;
using ProcessingJob.Storage;
using ProcessingJob.Tokenization;

namespace ProcessingJob.Cli.Analyze;

/// <summary>Reads the data of a job, or a sample of it, with the job's own reader and tokenizer, and counts.</summary>
sealed class Analyzer
{
    static readonly int[] Limits = [32, 64, 128, 256, 384, 512, 768, 1024, 2048, 4096, 8192];
    readonly JobSpec _spec;
    readonly TextEncoder _encoder;
    readonly int? _modelLimit,
        _jobMaxLength;
    readonly int[] _limits;
    readonly EncodingBuffer _buffer = new();
    readonly LengthCounts _words = new(),
        _tokens = new();
    readonly PaddingCost _cost;
    readonly DuplicateCounter _duplicates = new();
    readonly SortedDictionary<string, long> _scripts = new(StringComparer.Ordinal);
    long _empty;

    /// <exception cref="PJobException">The model folder is missing or cannot be used.</exception>
    public Analyzer(JobSpec spec)
    {
        if (!Directory.Exists(spec.Model))
        {
            throw new PJobException(
                $"model: '{spec.Model}' is not a folder on this machine; expected a model folder with a tokenizer",
                ExitCode.Model
            );
        }

        _spec = spec;
        var model = TaskTable.Of(spec.Task).RunsModel ? ModelFolder.Open(spec.Model, ModelOptions.Of(spec)) : null;
        var tokenizer = Tokenizer.Load(model?.EncoderFolder ?? spec.Model);
        var texts = TextPreparation.Of(spec, model, tokenizer);
        _encoder = texts.CreateEncoder(tokenizer, new() { AddSpecialTokens = model is not { IsStatic: true } });
        _jobMaxLength = spec.Tokens.MaxLength;
        _modelLimit = texts.Limit == int.MaxValue ? null : texts.Limit;
        int?[] own = [_modelLimit, spec.Tokens.MaxLength];
        _limits = [.. Limits.Concat(own.OfType<int>()).Where(l => l <= (_modelLimit ?? int.MaxValue)).Distinct().Order()];
        _cost = new(_limits);
    }

    /// <param name="rows">Approximate number of rows to read, spread over the data; null: all.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    /// <exception cref="PJobException">The data cannot be read.</exception>
    public async Task<DataAnalysis> RunAsync(int? rows, CancellationToken cancellationToken)
    {
        var input = LocalInput.Resolve(_spec.Input.Data, _spec.Input.Format);
        var files = input.Files.Select(f => new SourceFile(f, new FileInfo(input.PathOf(f)).Length, ""));
        var units = UnitCutter.Cut(files, _spec, "", "");
        var sample = await RowSample.ReadAsync(_spec, new LocalData(input.Root), units, rows, Add, cancellationToken);
        return Result(input.Files.Count, sample);
    }

    void Add(RowBlock block, int row)
    {
        var text = block.Text(row);
        var (words, hash, isEmpty) = (CountWords(text), Hash(text, 14695981039346656037), text.IsWhiteSpace());
        _buffer.Clear();
        if (block.TextCount > 1)
        {
            var pair = block.Text(row, 1);
            (words, hash, isEmpty) = (words + CountWords(pair), Hash(pair, hash), isEmpty && pair.IsWhiteSpace());
            _encoder.Encode(text, pair, _buffer);
        }
        else
        {
            _encoder.Encode(text, _buffer);
        }
        _words.Add(words);
        _tokens.Add(_buffer.Length(0));
        _cost.Add(_buffer.Length(0));
        _empty += isEmpty ? 1 : 0;
        _duplicates.Add(hash);
        var script = Scripts.MainOf(block.Text(row, block.TextCount - 1));
        _scripts[script] = _scripts.GetValueOrDefault(script) + 1;
    }

    static int CountWords(ReadOnlySpan<char> text)
    {
        var (words, inside) = (0, false);
        foreach (var c in text)
        {
            var space = char.IsWhiteSpace(c);
            words += !space && !inside ? 1 : 0;
            inside = !space;
        }
        return words;
    }

    // FNV-1a over UTF-16 units: two of a billion texts share a hash by chance with a probability of 3 %.
    static ulong Hash(ReadOnlySpan<char> text, ulong hash)
    {
        foreach (var c in text)
        {
            hash = (hash ^ c) * 1099511628211;
        }

        return (hash ^ 0xFFFF_FFFF) * 1099511628211;
    }

    DataAnalysis Result(int files, RowSample sample)
    {
        if (_tokens.Texts == 0)
        {
            throw new PJobException(
                $"input.data: {_spec.Input.Data} has no usable text: all {sample.Records} records were rejected",
                ExitCode.BadSpec
            );
        }

        var all = (double)Math.Max(1, _tokens.Sum);
        var costs = _limits
            .Zip(
                _cost.Tokens,
                (limit, computed) =>
                {
                    var (texts, beyond) = _tokens.Over(limit);
                    return new LimitCost(limit, (double)texts / _tokens.Texts, beyond / all, _tokens.Texts * limit, computed);
                }
            )
            .ToList();
        // Limits beyond the first that cuts nothing say nothing new.
        var useful = costs.FindIndex(c => c.TextsCut == 0) is var enough and >= 0 ? costs[..(enough + 1)] : costs;
        var (best, reason) = Recommendation.Choose(useful);
        return new()
        {
            Data = _spec.Input.Data,
            Model = _spec.Model,
            ModelLimit = _modelLimit,
            JobMaxLength = _jobMaxLength,
            IsSample = sample.IsSample,
            Files = files,
            Records = sample.Records,
            Texts = _tokens.Texts,
            Rejects = sample.Rejects,
            Empty = _empty + sample.Rejects.GetValueOrDefault(RejectReason.MissingText),
            Duplicates = _duplicates.Count,
            DuplicatesAreExact = _duplicates.IsExact,
            Words = LengthSummary.Of(_words),
            Tokens = LengthSummary.Of(_tokens),
            Limits = useful,
            RecommendedMaxLength = best,
            Reason = reason,
            Scripts = _scripts.OrderByDescending(s => s.Value).ToDictionary(s => s.Key, s => s.Value),
        };
    }
}
