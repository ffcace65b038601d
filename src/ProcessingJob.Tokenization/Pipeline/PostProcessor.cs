namespace ProcessingJob.Tokenization.Pipeline;

/// <summary>A part of an encoding: a text (Sequence 0 or 1) or special tokens (Sequence -1).</summary>
sealed record TemplatePart(int Sequence, byte Type, int[] Ids);

/// <summary>Taking spaces off the offsets of byte-level tokens.</summary>
readonly record struct OffsetTrim(bool AddPrefixSpace);

/// <summary>How texts and special tokens make an encoding.</summary>
sealed class PostProcessor
{
    public required TemplatePart[] Single { get; init; }

    public required TemplatePart[] Pair { get; init; }

    /// <summary>Applied to each text's tokens after truncation, in order.</summary>
    public OffsetTrim[] Trims { get; init; } = [];

    public required string Shown { get; init; }

    /// <summary>Whether the second text is told from the first by its type.</summary>
    public bool HasTypes => Pair.Any(part => part.Type != 0) && Shown != NoneShown;

    public const string NoneShown = "none";

    public static PostProcessor None(OffsetTrim[] trims, string shown = NoneShown) =>
        new()
        {
            Single = [Text(0, 0)],
            Pair = [Text(0, 0), Text(1, 1)],
            Trims = trims,
            Shown = shown,
        };

    /// <summary>The same layout with type 0 throughout.</summary>
    public PostProcessor WithoutTypes() =>
        new()
        {
            Single = [.. Single.Select(part => part with { Type = 0 })],
            Pair = [.. Pair.Select(part => part with { Type = 0 })],
            Trims = Trims,
            Shown = Shown,
        };

    public static TemplatePart Text(int sequence, byte type) => new(sequence, type, []);

    public static TemplatePart Special(byte type, params int[] ids) => new(-1, type, ids);

    public int SpecialCount(bool pair)
    {
        // Once per encoding: a loop, for LINQ allocates.
        var count = 0;
        foreach (var part in pair ? Pair : Single)
        {
            count += part.Ids.Length;
        }

        return count;
    }
}
