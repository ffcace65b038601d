using System.Collections.Concurrent;
using ProcessingJob.Tokenization.Unicode;

namespace ProcessingJob.Tokenization.Patterns;

/// <summary>The named sets of regular expressions, as Oniguruma's Unicode data have them.</summary>
static class CharacterSets
{
    // In the order of System.Globalization.UnicodeCategory.
    static readonly string[] Categories =
    [
        .. "Lu Ll Lt Lm Lo Mn Mc Me Nd Nl No Zs Zl Zp Cc Cf Cs Co Pc Pd Ps Pe Pi Pf Po Sm Sc Sk So Cn".Split(' '),
    ];

    static readonly ConcurrentDictionary<string, CodePointSet> Known = new();

    public static CodePointSet Space => Known.GetOrAdd("\\s", static _ => CodePointSet.With(CharFlags.PatternSpace));

    public static CodePointSet Word => Known.GetOrAdd("\\w", static _ => CodePointSet.Where(UnicodeTables.IsPatternWord));

    /// <summary>\w in brackets: alone, Oniguruma looks it up in a table of Latin-1, which also has ² ³ ¹ ¼ ½ ¾.</summary>
    public static CodePointSet WordInBrackets =>
        Known.GetOrAdd("[\\w]", static _ => Word.Intersect(CodePointSet.Range(0x80, 0xFF).Intersect(Property("No")!).Complement()));

    public static CodePointSet Digit => Property("Nd")!;

    /// <summary>A general category (Lu) or a group of them (L); null where the name is another one.</summary>
    public static CodePointSet? Property(string name)
    {
        var members = Categories.Select((category, i) => category == name || (name.Length == 1 && category[0] == name[0]) ? i : -1);
        HashSet<int> wanted = [.. members.Where(i => i >= 0)];
        return wanted.Count == 0
            ? null
            : Known.GetOrAdd(name, _ => CodePointSet.Where(c => wanted.Contains((int)UnicodeTables.Category(c))));
    }

    /// <summary>Characters from ! to ~.</summary>
    public static CodePointSet PrintableAscii { get; } = CodePointSet.Range('!', '~');
}
