using ProcessingJob.Contract;
using ProcessingJob.Contract.Spec;

namespace ProcessingJob.Models.Modules;

/// <summary>
/// How token embeddings become one vector. Masked tokens (padding, and the prompt where it is left out) do not take part. Definitions:
/// sentence-transformers' Pooling module, sbert.net/docs/package_reference/sentence_transformer/modules.html
/// </summary>
public enum PoolingMode
{
    /// <summary>The first token's vector.</summary>
    Cls,

    /// <summary>The largest value of each dimension.</summary>
    Max,

    /// <summary>Sum over tokens / number of tokens.</summary>
    Mean,

    /// <summary>Sum over tokens / square root of the number of tokens.</summary>
    MeanSqrtLen,

    /// <summary>Mean weighted by position: token i (from 1, counted over the whole encoding) has weight i.</summary>
    WeightedMean,

    /// <summary>The last token's vector.</summary>
    Last,
}

/// <summary>Names of pooling modes in sentence-transformers' files.</summary>
public static class PoolingModes
{
    /// <summary>
    /// Mode, its key in the older form (one flag per mode), its name in the newer form. Older files concatenate in this order.
    /// </summary>
    static readonly (PoolingMode Mode, string Key, string Name)[] Table =
    [
        (PoolingMode.Cls, "pooling_mode_cls_token", "cls"),
        (PoolingMode.Max, "pooling_mode_max_tokens", "max"),
        (PoolingMode.Mean, "pooling_mode_mean_tokens", "mean"),
        (PoolingMode.MeanSqrtLen, "pooling_mode_mean_sqrt_len_tokens", "mean_sqrt_len_tokens"),
        (PoolingMode.WeightedMean, "pooling_mode_weightedmean_tokens", "weightedmean"),
        (PoolingMode.Last, "pooling_mode_lasttoken", "lasttoken"),
    ];

    /// <summary>The modes as sentence-transformers names them: <c>mean + cls</c>.</summary>
    public static string Words(this IEnumerable<PoolingMode> modes) =>
        string.Join(" + ", modes.Select(mode => Table.Single(row => row.Mode == mode).Name));

    /// <summary>The mode that a job asks for; null where it leaves it to the folder.</summary>
    public static PoolingMode? Of(PoolingKind asked) =>
        asked switch
        {
            PoolingKind.Mean => PoolingMode.Mean,
            PoolingKind.Cls => PoolingMode.Cls,
            PoolingKind.Max => PoolingMode.Max,
            PoolingKind.Last => PoolingMode.Last,
            PoolingKind.WeightedMean => PoolingMode.WeightedMean,
            PoolingKind.MeanSqrtLen => PoolingMode.MeanSqrtLen,
            PoolingKind.Auto => null,
        };

    /// <exception cref="PJobException">Model: an unknown mode, or none.</exception>
    internal static IReadOnlyList<PoolingMode> Read(ModuleConfig config)
    {
        // Asked for first, so that they count as known where pooling_mode replaces them.
        var flagged = Table.Where(row => config.Flag(row.Key) ?? false).Select(row => row.Mode).ToArray();
        if (config.Texts("pooling_mode") is not { } names)
        {
            return flagged.Length > 0 ? flagged : [PoolingMode.Mean];
        }

        if (names.Count == 0)
        {
            throw config.Refuse($"pooling_mode is empty, expected {string.Join(", ", Table.Select(row => row.Name))}");
        }

        return
        [
            .. names.Select(name =>
                Array.FindIndex(Table, row => row.Name == name) is >= 0 and var found
                    ? Table[found].Mode
                    : throw config.Refuse($"pooling_mode {name} is not known, known are {string.Join(", ", Table.Select(row => row.Name))}")
            ),
        ];
    }
}
