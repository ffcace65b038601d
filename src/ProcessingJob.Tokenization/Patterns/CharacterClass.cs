namespace ProcessingJob.Tokenization.Patterns;

/// <summary>What stands in brackets: characters, ranges, escapes, brackets in brackets, and &amp;&amp; for what both sides have.</summary>
sealed class CharacterClass(OnigurumaParser source)
{
    const int MaxDepth = 20;

    /// <summary>Reads on behind the opening bracket and takes the closing one.</summary>
    public CodePointSet Read(int depth = 0)
    {
        if (depth > MaxDepth)
        {
            throw new FormatException($"brackets more than {MaxDepth} deep");
        }

        var negated = source.TryTake('^');
        if (source.Peek == ']' || (depth > 0 && source.Peek == ':'))
        {
            throw new FormatException("[] or [:…:]");
        }

        CodePointSet? left = null;
        var set = CodePointSet.Empty;
        while (!source.TryTake(']'))
        {
            if (source.Peek == '&' && source.PeekAfter == '&')
            {
                source.Next();
                source.Next();
                (left, set) = (left?.Intersect(set) ?? set, CodePointSet.Empty);
                continue;
            }

            set = set.Union(Item(depth));
        }

        set = left?.Intersect(set) ?? set;
        return negated ? set.Complement() : set;
    }

    CodePointSet Item(int depth)
    {
        var c = source.Next();
        if (c == '[')
        {
            return Read(depth + 1);
        }

        var item = c == '\\' ? source.EscapedSet(inBrackets: true) : CodePointSet.Of(c);
        if (source.Peek != '-' || source.PeekAfter == ']')
        {
            return item;
        }

        if (item.Single < 0)
        {
            throw new FormatException("a range that does not start with a character");
        }

        source.Next();
        var last = source.Next();
        var end = last switch
        {
            '[' => throw new FormatException("a range that ends with a bracket"),
            '\\' => source.EscapedSet(inBrackets: true).Single,
            _ => last,
        };
        if (c == '-' || last == '-' || end < item.Single)
        {
            throw new FormatException("a range that runs backwards or has a bare minus at one end");
        }

        return CodePointSet.Range(item.Single, end);
    }
}
