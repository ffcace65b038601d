using System.Text;

namespace ProcessingJob.Tokenization.Pipeline;

/// <summary>One step from tokens back to text; the last step's strings are joined.</summary>
abstract class Decoder
{
    public abstract void Apply(List<string> tokens);

    public abstract string Describe();
}

sealed class WordPieceDecoder(string prefix, bool cleanup) : Decoder
{
    static readonly (string From, string To)[] Cleanups =
    [
        (" .", "."),
        (" ?", "?"),
        (" !", "!"),
        (" ,", ","),
        (" ' ", "'"),
        (" n't", "n't"),
        (" 'm", "'m"),
        (" do not", " don't"),
        (" 's", "'s"),
        (" 've", "'ve"),
        (" 're", "'re"),
    ];

    public override string Describe() => $"WordPiece({prefix}, cleanup={(cleanup ? "true" : "false")})";

    public override void Apply(List<string> tokens)
    {
        for (var i = 0; i < tokens.Count; i++)
        {
            var token = tokens[i];
            if (i > 0)
            {
                token = token.StartsWith(prefix, StringComparison.Ordinal) ? token[prefix.Length..] : " " + token;
            }

            if (cleanup)
            {
                foreach (var (from, to) in Cleanups)
                {
                    token = token.Replace(from, to, StringComparison.Ordinal);
                }
            }

            tokens[i] = token;
        }
    }
}

sealed class ByteLevelDecoder : Decoder
{
    public override string Describe() => "ByteLevel";

    public override void Apply(List<string> tokens)
    {
        var bytes = new List<byte>();
        foreach (var token in tokens)
        {
            if (token.All(c => ByteAlphabet.Byte(c) >= 0))
            {
                bytes.AddRange(token.Select(c => (byte)ByteAlphabet.Byte(c)));
            }
            else
            {
                bytes.AddRange(Encoding.UTF8.GetBytes(token));
            }
        }

        tokens.Clear();
        tokens.Add(Encoding.UTF8.GetString([.. bytes]));
    }
}

sealed class MetaspaceDecoder(string replacement, PrependScheme scheme) : Decoder
{
    public override string Describe() => $"Metaspace({replacement}, {scheme})";

    public override void Apply(List<string> tokens)
    {
        for (var i = 0; i < tokens.Count; i++)
        {
            var by = i == 0 && scheme != PrependScheme.Never ? "" : " ";
            tokens[i] = tokens[i].Replace(replacement, by, StringComparison.Ordinal);
        }
    }
}

sealed class ReplaceDecoder(string from, string to) : Decoder
{
    public override string Describe() => $"Replace(\"{from}\" -> \"{to}\")";

    public override void Apply(List<string> tokens)
    {
        for (var i = 0; i < tokens.Count; i++)
        {
            tokens[i] = tokens[i].Replace(from, to, StringComparison.Ordinal);
        }
    }
}

/// <summary>The suffix of words becomes a space, that of the last token nothing (Hugging Face's BPEDecoder).</summary>
sealed class SuffixDecoder(string suffix) : Decoder
{
    public override string Describe() => $"BPEDecoder({suffix})";

    public override void Apply(List<string> tokens)
    {
        for (var i = 0; i < tokens.Count; i++)
        {
            var by = i == tokens.Count - 1 ? "" : " ";
            tokens[i] = suffix.Length == 0 ? tokens[i] : tokens[i].Replace(suffix, by, StringComparison.Ordinal);
        }
    }
}

sealed class FuseDecoder : Decoder
{
    public override string Describe() => "Fuse";

    public override void Apply(List<string> tokens)
    {
        var whole = string.Concat(tokens);
        tokens.Clear();
        tokens.Add(whole);
    }
}

/// <summary>Runs of &lt;0x00&gt; to &lt;0xFF&gt; become the characters they spell; each byte of a broken run becomes U+FFFD.</summary>
sealed class ByteFallbackDecoder : Decoder
{
    public override string Describe() => "ByteFallback";

    public override void Apply(List<string> tokens)
    {
        var result = new List<string>();
        var bytes = new List<byte>();
        foreach (var token in tokens)
        {
            if (
                token is ['<', '0', 'x', _, _, '>']
                && byte.TryParse(token.AsSpan(3, 2), System.Globalization.NumberStyles.AllowHexSpecifier, null, out var b)
            )
            {
                bytes.Add(b);
                continue;
            }

            Flush();
            result.Add(token);
        }

        Flush();
        tokens.Clear();
        tokens.AddRange(result);

        void Flush()
        {
            if (bytes.Count == 0)
            {
                return;
            }

            var text = Encoding.UTF8.GetString([.. bytes]);
            if (text.Contains('\uFFFD', StringComparison.Ordinal))
            {
                result.AddRange(Enumerable.Repeat("\uFFFD", bytes.Count));
            }
            else
            {
                result.Add(text);
            }

            bytes.Clear();
        }
    }
}

/// <summary>Takes up to so many of a character off both ends of each token.</summary>
sealed class StripDecoder(char content, int left, int right) : Decoder
{
    public override string Describe() => $"Strip({content}, {left}, {right})";

    public override void Apply(List<string> tokens)
    {
        for (var i = 0; i < tokens.Count; i++)
        {
            var token = tokens[i];
            int start = 0,
                end = token.Length;
            while (start < end && start < left && token[start] == content)
            {
                start++;
            }

            while (end > start && token.Length - end < right && token[end - 1] == content)
            {
                end--;
            }

            tokens[i] = token[start..end];
        }
    }
}
