using ProcessingJob.Inference.Engine;

namespace ProcessingJob.Cli.Analyze;

/// <summary>
/// Tokens a device computes, padding included, when windows of texts are sorted by length and cut by the token budget, for several
/// limits at once.
/// </summary>
sealed class PaddingCost(IReadOnlyList<int> limits)
{
    // On GPUs full windows of 16,384 rows fill as well.
    static readonly int WindowRows = EngineOptions.CpuBlockRows;
    static readonly int TokenBudget = EngineOptions.CpuTokenBudget;
    readonly List<int> _window = new(WindowRows);
    readonly long[] _tokens = new long[limits.Count];

    public void Add(int length)
    {
        _window.Add(length);
        if (_window.Count == WindowRows)
        {
            Flush();
        }
    }

    /// <summary>Per limit, with all texts added so far.</summary>
    public IReadOnlyList<long> Tokens
    {
        get
        {
            Flush();
            return _tokens;
        }
    }

    void Flush()
    {
        _window.Sort((a, b) => b.CompareTo(a));
        for (var i = 0; i < limits.Count; i++)
        {
            for (var first = 0; first < _window.Count; )
            {
                var length = Math.Max(1, Math.Min(_window[first], limits[i]));
                var rows = Math.Min(Math.Max(1, TokenBudget / length), _window.Count - first);
                _tokens[i] += (long)rows * length;
                first += rows;
            }
        }
        _window.Clear();
    }
}
