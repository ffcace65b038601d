using System.Text.Json;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Output;

namespace ProcessingJob.Data.Writing;

static class RejectLine
{
    /// <summary>One line of the rejects file, with its line break.</summary>
    public static byte[] Format(Reject reject)
    {
        // Half a surrogate pair, left by cutting a long row, would not be JSON.
        var whole = reject.Row.Length > 0 && char.IsHighSurrogate(reject.Row[^1]) ? reject with { Row = reject.Row[..^1] } : reject;
        return [.. JsonSerializer.SerializeToUtf8Bytes(whole, ContractJson.Options), (byte)'\n'];
    }
}
