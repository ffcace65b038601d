using System.Numerics;

namespace ProcessingJob.Models.Folders;

/// <summary>Names of pooling modes in sentence-transformers' files.</summary>
public static class PoolingConfig
{
    /// <summary>Mode, its key in the older form (one flag per mode), its name in the newer form (pooling_mode).</summary>
    static readonly (Pooling Mode, string Key, string Name)[] Table =
    [
        (Pooling.Cls, "pooling_mode_cls_token", "cls"),
        (Pooling.Max, "pooling_mode_max_tokens", "max"),
        (Pooling.Mean, "pooling_mode_mean_tokens", "mean"),
        (Pooling.MeanSqrtLen, "pooling_mode_mean_sqrt_len_tokens", "mean_sqrt_len_tokens"),
        (Pooling.WeightedMean, "pooling_mode_weightedmean_tokens", "weightedmean"),
        (Pooling.Last, "pooling_mode_lasttoken", "lasttoken"),
    ];

    public static Pooling Read(ModelJson config)
    {
        var pooling = Pooling.None;
        foreach (var (mode, key, _) in Table)
        {
            if (config.Flag(key) ?? false)
            {
                pooling |= mode;
            }
        }

        foreach (var name in config.Texts("pooling_mode"))
        {
            var found = Array.Find(Table, row => row.Name == name);
            pooling |=
                found.Mode != Pooling.None
                    ? found.Mode
                    : throw config.Refuse(
                        $"pooling_mode {name} is not known; known are {string.Join(", ", Table.Select(row => row.Name))}"
                    );
        }

        return pooling != Pooling.None ? pooling : throw config.Refuse("no pooling mode is on");
    }

    /// <summary>Vectors that are concatenated.</summary>
    public static int Parts(this Pooling pooling) => BitOperations.PopCount((uint)pooling);

    public static string Words(this Pooling pooling) =>
        string.Join(" + ", Table.Where(row => pooling.HasFlag(row.Mode)).Select(row => row.Name));
}
