using ProcessingJob.Tokenization.Unicode;

namespace ProcessingJob.Tokenization.Pipeline;

sealed class Lowercase : Normalizer
{
    public override string Describe() => "Lowercase";

    public override void Apply(Workspace work) => Lower(work);

    /// <summary>Lower-cases each code point by itself: no context, so a final sigma stays a sigma.</summary>
    public static void Lower(Workspace work)
    {
        var grows = false;
        foreach (ref var c in work.Text.CodePoints)
        {
            if (c < 0x80)
            {
                if (c is >= 'A' and <= 'Z')
                {
                    c |= 0x20;
                }

                continue;
            }

            var lower = UnicodeTables.Lower(c);
            if (lower.Length == 1)
            {
                c = lower[0];
            }

            grows |= lower.Length > 1;
        }

        if (!grows)
        {
            return;
        }

        work.Changes.Clear();
        foreach (var c in work.Text.CodePoints)
        {
            var lower = UnicodeTables.Lower(c);
            if (lower.IsEmpty)
            {
                work.Changes.Add(c, 0);
            }

            for (var i = 0; i < lower.Length; i++)
            {
                work.Changes.Add(lower[i], i > 0 ? 1 : 0);
            }
        }

        work.ApplyChanges();
    }
}

sealed class UnicodeForm(NormalForm form) : Normalizer
{
    public NormalForm Form => form;

    public override string Describe() => form.ToString().ToUpperInvariant();

    public override void Apply(Workspace work) => Apply(form, work);

    public static void Apply(NormalForm form, Workspace work)
    {
        if (!work.Text.CodePoints.ContainsAnyExceptInRange(0, form is NormalForm.Nfkd or NormalForm.Nfkc ? 0x9F : 0xBF))
        {
            return;
        }

        work.Changes.Clear();
        work.Normalization.Apply(form, work.Text.CodePoints, work.Changes);
        work.ApplyChanges();
    }
}

sealed class StripAccents : Normalizer
{
    public override string Describe() => "StripAccents";

    public override void Apply(Workspace work) => work.Text.Filter(static c => !UnicodeTables.Is(c, CharFlags.Mark));
}

sealed class Strip(bool left, bool right) : Normalizer
{
    public bool Left => left;

    public override string Describe() => $"Strip(left={(left ? "true" : "false")}, right={(right ? "true" : "false")})";

    /// <summary>The part of a text that this leaves of it.</summary>
    public (int Start, int End) Part(ReadOnlySpan<char> text, int start)
    {
        var end = text.Length;
        while (left && start < end && UnicodeTables.Is(text[start], CharFlags.Space))
        {
            start++;
        }

        while (right && end > start && UnicodeTables.Is(text[end - 1], CharFlags.Space))
        {
            end--;
        }

        return (start, end);
    }

    public override void Apply(Workspace work)
    {
        var text = work.Text.CodePoints;
        int start = 0,
            end = text.Length;
        while (left && start < end && UnicodeTables.Is(text[start], CharFlags.Space))
        {
            start++;
        }

        while (right && end > start && UnicodeTables.Is(text[end - 1], CharFlags.Space))
        {
            end--;
        }

        work.Text.Trim(start, end);
    }
}

/// <summary>SentencePiece's cleaning of control characters and spaces.</summary>
sealed class Nmt : Normalizer
{
    public override string Describe() => "Nmt";

    public override void Apply(Workspace work)
    {
        work.Text.Filter(static c => !(c is (>= 1 and <= 8) or 0xB or (>= 0xE and <= 0x1F) or 0x7F or 0x8F or 0x9F));
        foreach (ref var c in work.Text.CodePoints)
        {
            if (c is 9 or 10 or 12 or 13 or 0x1680 or (>= 0x200B and <= 0x200F) or 0x2028 or 0x2029 or 0x2581 or 0xFEFF or 0xFFFD)
            {
                c = ' ';
            }
        }
    }
}

sealed class Prepend(int[] prefix, string shown) : Normalizer
{
    public override string Describe() => $"Prepend({shown})";

    public override void Apply(Workspace work)
    {
        if (work.Text.Count == 0 || prefix.Length == 0)
        {
            return;
        }

        work.Changes.Clear();
        for (var i = 0; i < prefix.Length; i++)
        {
            work.Changes.Add(prefix[i], i == 0 ? 0 : 1);
        }

        work.Changes.Add(work.Text.CodePoints[0], 1);
        for (var i = 1; i < work.Text.Count; i++)
        {
            work.Changes.Add(work.Text.CodePoints[i], 0);
        }

        work.ApplyChanges();
    }
}
