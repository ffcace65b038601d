using System.Diagnostics.CodeAnalysis;

namespace ProcessingJob.Testing;

/// <summary>Runs the peers in tests/reference.</summary>
public static class Node
{
    /// <summary>Finds node and the installed packages of tests/reference, or says why a test must be skipped.</summary>
    public static bool TryFind([NotNullWhen(false)] out string? skipReason) => throw new NotImplementedException();

    /// <summary>Runs <paramref name="script"/> (a name in tests/reference) and returns its stdout; a failure throws with its stderr.</summary>
    public static Task<string> RunAsync(string script, IEnumerable<string> arguments, CancellationToken cancellation = default) =>
        throw new NotImplementedException();
}
