using System.Text;

namespace ProcessingJob.Tokenization.Patterns;

/// <summary>An expression written for .NET's engine, over symbols.</summary>
sealed class RegexTranslation
{
    readonly HashSet<CodePointSet> _sets = [];
    readonly StringBuilder _text = new();

    /// <exception cref="FormatException">The expression matches the empty string, or holds what two engines may see
    /// differently.</exception>
    public RegexTranslation(RegexNode root)
    {
        if (MayBeEmpty(root))
        {
            throw new FormatException("an expression that matches the empty string");
        }

        Collect(root);
        Alphabet = new SymbolAlphabet(_sets);
        Write(root);
        Text = _text.ToString();
    }

    public SymbolAlphabet Alphabet { get; }

    public string Text { get; }

    /// <summary>Everything that may stand in a match or beside it.</summary>
    public CodePointSet Members => _sets.Aggregate(CodePointSet.Empty, (all, set) => all.Union(set));

    static bool MayBeEmpty(RegexNode node) =>
        node switch
        {
            SetNode => false,
            SequenceNode sequence => sequence.Parts.All(MayBeEmpty),
            ChoiceNode choice => choice.Parts.Any(MayBeEmpty),
            RepeatNode repeat => repeat.Least == 0 || MayBeEmpty(repeat.Part),
            AtomicNode atomic => MayBeEmpty(atomic.Part),
            _ => true,
        };

    void Collect(RegexNode node)
    {
        switch (node)
        {
            case SetNode set:
                _sets.Add(set.Members);
                break;
            case SequenceNode sequence:
                foreach (var part in sequence.Parts)
                {
                    Collect(part);
                }

                break;
            case ChoiceNode choice:
                foreach (var part in choice.Parts)
                {
                    Collect(part);
                }

                break;
            case RepeatNode repeat:
                if (MayBeEmpty(repeat.Part))
                {
                    throw new FormatException("a repetition of what may be empty");
                }

                if (HoldsAtomic(repeat.Part))
                {
                    // .NET's engine joins the loops of (?>a+){2}, and so gives back what it must not.
                    throw new FormatException("a repetition of what never gives back");
                }

                Collect(repeat.Part);
                break;
            case AtomicNode atomic:
                Collect(atomic.Part);
                break;
            case LookNode look:
                if (look.Behind && !IsFixed(look.Part))
                {
                    throw new FormatException("a lookbehind that is more than a fixed sequence");
                }

                Collect(look.Part);
                break;
        }
    }

    static bool HoldsAtomic(RegexNode node) =>
        node switch
        {
            AtomicNode => true,
            SequenceNode sequence => sequence.Parts.Any(HoldsAtomic),
            ChoiceNode choice => choice.Parts.Any(HoldsAtomic),
            RepeatNode repeat => HoldsAtomic(repeat.Part),
            _ => false,
        };

    static bool IsFixed(RegexNode node) =>
        node is SetNode || (node is SequenceNode sequence && sequence.Parts.All(part => part is SetNode));

    void Write(RegexNode node)
    {
        switch (node)
        {
            case SetNode set:
                _text.Append(Alphabet.Class(set.Members));
                break;
            case SequenceNode sequence:
                foreach (var part in sequence.Parts)
                {
                    Write(part);
                }

                break;
            case ChoiceNode choice:
                for (var i = 0; i < choice.Parts.Count; i++)
                {
                    _text.Append(i == 0 ? "(?:" : "|");
                    Write(choice.Parts[i]);
                }

                _text.Append(')');
                break;
            case RepeatNode repeat:
                Enclose("(?:", repeat.Part);
                _text.Append(repeat.Most == int.MaxValue ? $"{{{repeat.Least},}}" : $"{{{repeat.Least},{repeat.Most}}}");
                _text.Append(repeat.Lazy ? "?" : "");
                break;
            case AtomicNode atomic:
                Enclose("(?>", atomic.Part);
                break;
            case LookNode look:
                Enclose(
                    (look.Behind, look.Negated) switch
                    {
                        (false, false) => "(?=",
                        (false, true) => "(?!",
                        (true, false) => "(?<=",
                        (true, true) => "(?<!",
                    },
                    look.Part
                );
                break;
            case AnchorNode anchor:
                _text.Append(
                    anchor.Place switch
                    {
                        Anchor.TextStart => "\\A",
                        Anchor.TextEnd => "\\z",
                        Anchor.LineStart => "^",
                        _ => "$",
                    }
                );
                break;
        }
    }

    void Enclose(string opening, RegexNode part)
    {
        _text.Append(opening);
        Write(part);
        _text.Append(')');
    }
}
