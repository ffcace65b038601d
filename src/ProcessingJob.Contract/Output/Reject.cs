namespace ProcessingJob.Contract.Output;

/// <summary>A row that did not reach the output, as a line of <c>_rejects/part-&lt;unit&gt;.jsonl</c>.</summary>
/// <param name="SourceFile">Path below the data root.</param>
/// <param name="SourceRow">Index of the record in the file, from 0; a header is not counted.</param>
/// <param name="SourceOffset">Byte offset of the record in the (decompressed) file; for Parquet -1.</param>
/// <param name="Reason">One of <see cref="RejectReason"/>.</param>
/// <param name="Message">What was found and what was expected.</param>
/// <param name="Row">The record, as text; cut when it is very long.</param>
public sealed record Reject(string SourceFile, long SourceRow, long SourceOffset, string Reason, string Message, string Row);

/// <summary>Reason codes of rejects.</summary>
public static class RejectReason
{
    public const string MissingText = "missing_text";
    public const string BadRecord = "bad_record";
    public const string BadEncoding = "bad_encoding";
    public const string TooLong = "too_long";
    public const string RecordTooLarge = "record_too_large";
    public const string TypeMismatch = "type_mismatch";
    public const string DuplicateId = "duplicate_id";
    public const string NotFinite = "not_finite";
}
