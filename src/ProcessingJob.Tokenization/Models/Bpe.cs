using System.Text;
using ProcessingJob.Tokenization.Pipeline;

namespace ProcessingJob.Tokenization.Models;

/// <summary>What tokenizer.json says of a BPE model besides vocabulary and merges.</summary>
/// <param name="Unknown">Token for characters that are not in the vocabulary; null: they vanish, as in Hugging Face's.</param>
/// <param name="FuseUnknown">A run of unknown characters is one token.</param>
/// <param name="ByteFallback">Unknown characters become their bytes (&lt;0x00&gt; to &lt;0xFF&gt;) where all of them are tokens.</param>
/// <param name="IgnoreMerges">A word that is a token itself is not taken apart.</param>
sealed record BpeFlags(string? Unknown, bool FuseUnknown, bool ByteFallback, bool IgnoreMerges);

/// <summary>Byte-pair encoding: characters, merged pair by pair in order of rank.</summary>
sealed class Bpe : SubwordModel
{
    readonly Vocabulary vocabulary;
    readonly MergeTable merges;
    readonly BpeFlags flags;
    readonly int unknown;
    readonly Dictionary<int, int> characters = [];
    readonly int[] lowCharacters = new int[0x400];
    readonly int[]? byteIds;
    readonly PieceTrie? whole;

    /// <exception cref="FormatException">A merge or the unknown token is not in the vocabulary.</exception>
    public Bpe(Vocabulary vocabulary, IReadOnlyList<(string Left, string Right)> merges, BpeFlags flags)
    {
        (this.vocabulary, this.flags) = (vocabulary, flags);
        unknown = flags.Unknown == null ? -1 : Id(flags.Unknown, "unk_token");
        this.merges = new MergeTable([.. merges.Select(m => (Id(m.Left, "merge"), Id(m.Right, "merge"), Id(m.Left + m.Right, "merge")))]);
        Array.Fill(lowCharacters, -1);
        if (flags.IgnoreMerges) whole = new PieceTrie();
        foreach (var (token, id) in vocabulary.All)
        {
            whole?.Add(PieceTrie.Root, Vocabulary.CodePoints(token), id);
            if (token.Length is not (1 or 2) || Vocabulary.CodePoints(token) is not [var c]) continue;
            characters[c] = id;
            if (c < lowCharacters.Length) lowCharacters[c] = id;
        }

        if (flags.ByteFallback) byteIds = [.. Enumerable.Range(0, 256).Select(b => vocabulary.Find($"<0x{b:X2}>") ?? -1)];
        int Id(string token, string what) => vocabulary.Find(token) ?? throw new FormatException($"{what} {token} is not in the vocabulary");
    }

    public override int Size => vocabulary.Size;

    public override int? Find(string token) => vocabulary.Find(token);

    public override string? Token(int id) => vocabulary.Token(id);

    public override string Describe() =>
        $"BPE, {vocabulary.Count:N0} tokens, unknown {flags.Unknown ?? "none"}{(flags.FuseUnknown ? ", fuse_unk" : "")}{(flags.ByteFallback ? ", byte_fallback" : "")}{(flags.IgnoreMerges ? ", ignore_merges" : "")}";

    public override void Tokenize(AlignedText text, int start, int end, ModelScratch scratch, TokenList into)
    {
        if (whole != null && FindWhole(text.CodePoints[start..end]) is >= 0 and var id)
        {
            Emit(id, text, start, end, into);
            return;
        }

        var word = scratch.Word;
        word.Clear();
        Start(text, start, end, word);
        word.Merge(merges);
        for (int i = 0, from = start; i < word.Count; from = word.End(i++))
        {
            // The bytes of one character share its place.
            Emit(word.Id(i), text, Math.Min(from, word.End(i) - 1), word.End(i), into);
        }
    }

    int FindWhole(ReadOnlySpan<int> word)
    {
        var node = PieceTrie.Root;
        foreach (var c in word)
            if ((node = whole!.Next(node, c)) < 0) return -1;
        return whole!.Id(node);
    }

    void Start(AlignedText text, int start, int end, BpeWord word)
    {
        var pending = false; // an unknown run that ends where the next known character starts
        Span<byte> utf8 = stackalloc byte[4];
        for (var i = start; i < end; i++)
        {
            var c = text.CodePoints[i];
            var id = c < lowCharacters.Length ? lowCharacters[c] : characters.GetValueOrDefault(c, -1);
            if (id >= 0)
            {
                if (pending) word.Add(unknown, i);
                pending = false;
                word.Add(id, i + 1);
                continue;
            }

            if (byteIds != null)
            {
                var bytes = utf8[..new Rune(c).EncodeToUtf8(utf8)];
                var all = true;
                foreach (var b in bytes) all &= byteIds[b] >= 0;
                if (all)
                {
                    foreach (var b in bytes) word.Add(byteIds[b], i + 1);
                    continue;
                }
            }

            if (unknown < 0) continue;
            if (pending && !flags.FuseUnknown) word.Add(unknown, i);
            pending = true;
        }

        if (pending) word.Add(unknown, end);
    }
}
