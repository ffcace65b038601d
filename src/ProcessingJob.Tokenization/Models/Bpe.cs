using System.Text;

namespace ProcessingJob.Tokenization.Models;

/// <summary>What tokenizer.json says of a BPE model besides vocabulary and merges.</summary>
/// <param name="Unknown">Token for characters that are not in the vocabulary; null: they vanish, as in Hugging Face's.</param>
/// <param name="FuseUnknown">A run of unknown characters is one token.</param>
/// <param name="ByteFallback">Unknown characters become their bytes (&lt;0x00&gt; to &lt;0xFF&gt;) where all of them are tokens.</param>
/// <param name="IgnoreMerges">A word that is a token itself is not taken apart.</param>
/// <param name="Prefix">Written before every character but the first of a word (continuing_subword_prefix).</param>
/// <param name="Suffix">Written behind the last character of a word (end_of_word_suffix).</param>
sealed record BpeFlags(string? Unknown, bool FuseUnknown, bool ByteFallback, bool IgnoreMerges, string Prefix = "", string Suffix = "");

/// <summary>Byte-pair encoding: characters, merged pair by pair in order of rank.</summary>
sealed class Bpe : SubwordModel
{
    readonly Vocabulary _vocabulary;
    readonly MergeTable _merges;
    readonly BpeFlags _flags;
    readonly int _unknown;
    readonly CharacterTable _first;
    readonly CharacterTable _inner;
    readonly CharacterTable _last;
    readonly CharacterTable _only;
    readonly int[]? _byteIds;
    readonly PieceTrie? _whole;

    /// <exception cref="FormatException">A merge or the unknown token is not in the vocabulary.</exception>
    public Bpe(Vocabulary vocabulary, IReadOnlyList<(string Left, string Right)> merges, BpeFlags flags)
    {
        (_vocabulary, _flags) = (vocabulary, flags);
        _unknown = flags.Unknown == null ? -1 : Id(flags.Unknown, "unk_token");
        _merges = new MergeTable([.. merges.Select(m => (Id(m.Left, "merge"), Id(m.Right, "merge"), Id(Merged(m), "merge")))]);
        _first = new CharacterTable(vocabulary, "", "");
        _inner = flags.Prefix.Length == 0 ? _first : new CharacterTable(vocabulary, flags.Prefix, "");
        _only = flags.Suffix.Length == 0 ? _first : new CharacterTable(vocabulary, "", flags.Suffix);
        _last = flags.Prefix.Length == 0 ? _only : new CharacterTable(vocabulary, flags.Prefix, flags.Suffix);
        if (flags.IgnoreMerges)
        {
            _whole = new PieceTrie();
            foreach (var (token, id) in vocabulary.All)
            {
                _whole.Add(PieceTrie.Root, Vocabulary.CodePoints(token), id);
            }
        }

        if (flags.ByteFallback)
        {
            _byteIds = [.. Enumerable.Range(0, 256).Select(b => vocabulary.Find($"<0x{b:X2}>") ?? -1)];
        }

        string Merged((string Left, string Right) merge) =>
            merge.Right.StartsWith(flags.Prefix, StringComparison.Ordinal)
                ? merge.Left + merge.Right[flags.Prefix.Length..]
                : throw new FormatException($"merge {merge.Right} does not begin with {flags.Prefix}");

        int Id(string token, string what) =>
            vocabulary.Find(token) ?? throw new FormatException($"{what} {token} is not in the vocabulary");
    }

    public override int Size => _vocabulary.Size;

    public override int Count => _vocabulary.Count;

    public override int UnknownId => _unknown;

    public override bool MarksContinuations => _flags.Prefix.Length > 0;

    public override int? Find(string token) => _vocabulary.Find(token);

    public override string? Token(int id) => _vocabulary.Token(id);

    public override string Describe() =>
        $"BPE, {_vocabulary.Count:N0} tokens, unknown "
        + $"{_flags.Unknown ?? "none"}{(_flags.FuseUnknown ? ", fuse_unk" : "")}{(_flags.ByteFallback ? ", byte_fallback" : "")}"
        + $"{(_flags.IgnoreMerges ? ", ignore_merges" : "")}"
        + $"{(_flags.Prefix.Length == 0 ? "" : ", prefix " + _flags.Prefix)}"
        + $"{(_flags.Suffix.Length == 0 ? "" : ", suffix " + _flags.Suffix)}";

    public override void Tokenize(AlignedText text, int start, int end, ModelScratch scratch, TokenList into)
    {
        if (_whole != null && _whole.FindWhole(PieceTrie.Root, text.CodePoints[start..end]) is >= 0 and var id)
        {
            Emit(id, text, start, end, into);
            return;
        }

        var word = scratch.Word;
        word.Clear();
        Start(text, start, end, word);
        word.Merge(_merges);
        for (int i = 0, from = start; i < word.Count; from = word.End(i++))
        {
            // The bytes of one character share its place.
            Emit(word.Id(i), text, Math.Min(from, word.End(i) - 1), word.End(i), into);
        }
    }

    void Start(AlignedText text, int start, int end, BpeWord word)
    {
        var pending = false; // an unknown run that ends where the next known character starts
        Span<byte> utf8 = stackalloc byte[4];
        for (var i = start; i < end; i++)
        {
            var c = text.CodePoints[i];
            var id = (i > start, i == end - 1) switch
            {
                (false, false) => _first.Find(c),
                (true, false) => _inner.Find(c),
                (true, true) => _last.Find(c),
                (false, true) => _only.Find(c),
            };
            if (id >= 0)
            {
                if (pending)
                {
                    word.Add(_unknown, i);
                }

                pending = false;
                word.Add(id, i + 1);
                continue;
            }

            if (_byteIds != null)
            {
                var bytes = utf8[..new Rune(c).EncodeToUtf8(utf8)];
                var all = true;
                foreach (var b in bytes)
                {
                    all &= _byteIds[b] >= 0;
                }

                if (all)
                {
                    foreach (var b in bytes)
                    {
                        word.Add(_byteIds[b], i + 1);
                    }

                    continue;
                }
            }

            if (_unknown < 0)
            {
                continue;
            }

            if (pending && !_flags.FuseUnknown)
            {
                word.Add(_unknown, i);
            }

            pending = true;
        }

        if (pending)
        {
            word.Add(_unknown, end);
        }
    }
}
