namespace ProcessingJob.Tokenization.Pipeline;

/// <summary>GPT-2's way of writing bytes as printable characters: the printable ones of Latin-1 stay, the rest goes to U+0100 on.</summary>
static class ByteAlphabet
{
    static readonly char[] Chars = Make();
    static readonly short[] Bytes = MakeBack();

    public static char Char(byte b) => Chars[b];

    /// <summary>The byte a character stands for, or -1.</summary>
    public static int Byte(int c) => (uint)c < (uint)Bytes.Length ? Bytes[c] : -1;

    static char[] Make()
    {
        var chars = new char[256];
        var next = 256;
        for (var b = 0; b < 256; b++)
        {
            chars[b] = b is (>= 0x21 and <= 0x7E) or (>= 0xA1 and <= 0xAC) or >= 0xAE ? (char)b : (char)next++;
        }

        return chars;
    }

    static short[] MakeBack()
    {
        var bytes = new short[Chars.Max() + 1];
        Array.Fill(bytes, (short)-1);
        for (var b = 0; b < 256; b++)
        {
            bytes[Chars[b]] = (short)b;
        }

        return bytes;
    }
}
