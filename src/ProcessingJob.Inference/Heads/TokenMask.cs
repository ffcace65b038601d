using ProcessingJob.Contract;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Models.Modules;
using ProcessingJob.Tokenization;

namespace ProcessingJob.Inference.Heads;

/// <summary>Which tokens of a multi-vector model's texts have their vectors kept (sentence-transformers' MultiVectorMask).</summary>
public sealed class TokenMask
{
    readonly HashSet<int> _skipped = [];
    readonly HashSet<int>? _kept;
    readonly bool _keepsFill;

    TokenMask(bool keepsFill, HashSet<int>? kept) => (_keepsFill, _kept) = (keepsFill, kept);

    /// <param name="route">The folder's.</param>
    /// <param name="tokenizer">Looks words up.</param>
    /// <param name="role">What the texts are; none counts as document.</param>
    public static TokenMask Of(MultivectorRoute route, Tokenizer tokenizer, TextRole role)
    {
        ArgumentNullException.ThrowIfNull(route);
        ArgumentNullException.ThrowIfNull(tokenizer);
        if (route.Mask is not { } module)
        {
            return new TokenMask(keepsFill: false, null);
        }

        var isQuery = role == TextRole.Query;
        var mask = new TokenMask(keepsFill: true, isQuery || module.KeptTokens is null ? null : [.. module.KeptTokens]);
        if (module.SkippingTasks.Contains(Names.Of(isQuery ? TextRole.Query : TextRole.Document)))
        {
            foreach (var word in module.SkippedWords)
            {
                // A word that is not one token, or unknown, is in no text as one.
                if (tokenizer.TokenToId(word) is { } id && id != tokenizer.UnknownId)
                {
                    mask._skipped.Add(id);
                }
            }
        }

        return mask;
    }

    /// <param name="id">The token.</param>
    /// <param name="isFill">Whether it fills a query up and the transformer does not see it.</param>
    public bool Keeps(int id, bool isFill) => (_keepsFill || !isFill) && !_skipped.Contains(id) && _kept?.Contains(id) != false;
}
