namespace ProcessingJob.Tokenization;

/// <summary>The part of the original text that a token covers.</summary>
/// <param name="Start">First position, in UTF-16 units (or code points on request). 0 for special tokens of the template.</param>
/// <param name="End">Position after the last one.</param>
/// <param name="Sequence">0: the first text, 1: the second of a pair, -1: a special token of the template.</param>
public readonly record struct TokenOffset(int Start, int End, int Sequence);
