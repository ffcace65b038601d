namespace ProcessingJob.Tokenization.Patterns;

/// <summary>A part of a regular expression that has been understood.</summary>
abstract record RegexNode;

/// <summary>One code point out of a set.</summary>
sealed record SetNode(CodePointSet Members) : RegexNode;

sealed record SequenceNode(IReadOnlyList<RegexNode> Parts) : RegexNode;

/// <summary>The first part that leads to a match, in order.</summary>
sealed record ChoiceNode(IReadOnlyList<RegexNode> Parts) : RegexNode;

/// <param name="Most">int.MaxValue: no limit.</param>
sealed record RepeatNode(RegexNode Part, int Least, int Most, bool Lazy) : RegexNode;

/// <summary>Never gives back what it took.</summary>
sealed record AtomicNode(RegexNode Part) : RegexNode;

/// <summary>(?=…), (?!…), (?&lt;=…), (?&lt;!…)</summary>
sealed record LookNode(RegexNode Part, bool Behind, bool Negated) : RegexNode;

/// <summary>A place in the text: its start or end, or that of a line.</summary>
sealed record AnchorNode(Anchor Place) : RegexNode;

enum Anchor
{
    TextStart,
    TextEnd,
    LineStart,
    LineEnd,
}
