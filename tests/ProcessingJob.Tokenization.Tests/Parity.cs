namespace ProcessingJob.Tokenization.Tests;

/// <summary>Compares our encodings with the judge's, text by text, and says where they part.</summary>
static class Parity
{
    public static void Check(JudgeJob job, JudgedEncoding[][] judged, string what)
    {
        var wrong = Differences(job, judged).ToList();
        Assert.True(wrong.Count == 0, $"{what}: {wrong.Count} of {job.Texts.Count} texts differ\n{string.Join('\n', wrong.Take(8))}");
    }

    static IEnumerable<string> Differences(JudgeJob job, JudgedEncoding[][] judged)
    {
        var tokenizer = Loaded(Path.GetDirectoryName(job.Tokenizer)!);
        var encoder = tokenizer.CreateEncoder(
            new EncodeOptions
            {
                MaxLength = job.MaxLength,
                Truncation = Enum.Parse<Truncation>(job.Strategy),
                Window = job.Stride != null,
                Stride = job.Stride ?? 0,
                AddSpecialTokens = job.Specials,
                WithOffsets = job.Details,
                CodePointOffsets = true,
            }
        );
        var buffer = new EncodingBuffer();
        for (var i = 0; i < job.Texts.Count; i++)
        {
            buffer.Clear();
            string? difference;
            try
            {
                if (job.Pairs == null)
                {
                    encoder.Encode(job.Texts[i], buffer);
                }
                else
                {
                    encoder.Encode(job.Texts[i], job.Pairs[i], buffer);
                }

                difference = Compare(tokenizer, buffer, judged[i], job);
            }
            catch (Exception e) when (e is IndexOutOfRangeException or ArgumentException or InvalidOperationException)
            {
                difference = e.ToString();
            }

            if (difference != null)
            {
                yield return $"text {i} {Show(job.Texts[i])}{(job.Pairs == null ? "" : " | " + Show(job.Pairs[i]))}: {difference}";
            }
        }
    }

    static string? Compare(Tokenizer tokenizer, EncodingBuffer ours, JudgedEncoding[] judged, JudgeJob job)
    {
        if (ours.Count != judged.Length)
        {
            return $"{ours.Count} encodings, not {judged.Length}";
        }

        for (var i = 0; i < judged.Length; i++)
        {
            if (!ours.Ids(i).SequenceEqual(judged[i].Ids))
            {
                return $"ids {Tokens(tokenizer, ours.Ids(i), judged[i].Ids)}";
            }

            if (!job.Details)
            {
                continue;
            }

            for (var k = 0; k < judged[i].Ids.Length; k++)
            {
                var (type, special, offset) = (ours.TypeIds(i)[k], ours.SpecialTokensMask(i)[k], ours.Offsets(i)[k]);
                var theirType = i > 0 && job.TypesOfFirstOnly ? type : judged[i].Types[k];
                var theirs = (
                    theirType,
                    judged[i].Special[k],
                    judged[i].Offsets[2 * k],
                    judged[i].Offsets[2 * k + 1],
                    judged[i].Sequences[k]
                );
                if (theirs != (type, special, offset.Start, offset.End, offset.Sequence))
                {
                    return $"token {k} {tokenizer.IdToToken(ours.Ids(i)[k])}: ({type}, {special}, {offset.Start}, {offset.End}, "
                        + $"{offset.Sequence}), not {theirs}";
                }
            }
        }

        return null;
    }

    static string Tokens(Tokenizer tokenizer, ReadOnlySpan<int> ours, int[] theirs)
    {
        var same = ours.CommonPrefixLength(theirs);
        var from = Math.Max(0, same - 2);
        string Some(ReadOnlySpan<int> ids)
        {
            var shown = new List<string>();
            foreach (var id in ids[from..Math.Min(ids.Length, from + 8)])
            {
                shown.Add(Show(tokenizer.IdToToken(id) ?? "#" + id));
            }

            return string.Join(' ', shown);
        }

        return $"from {from}: {Some(ours)} not {Some(theirs)} ({ours.Length}, {theirs.Length})";
    }

    public static string Show(string text) =>
        string.Concat(
            (text.Length > 60 ? text[..60] + "…" : text).Select(c => c is >= ' ' and < '\u007F' ? c.ToString() : $"\\u{(int)c:x4}")
        );

    static readonly Dictionary<string, Tokenizer> Tokenizers = [];

    public static Tokenizer Loaded(string folder)
    {
        lock (Tokenizers)
        {
            if (!Tokenizers.TryGetValue(folder, out var tokenizer))
            {
                Tokenizers.Add(folder, tokenizer = Tokenizer.Load(folder));
            }

            return tokenizer;
        }
    }
}
