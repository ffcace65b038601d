using System.Globalization;
using System.IO.Hashing;
using System.Text;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Data.Outputs;

namespace ProcessingJob.Cli.Compare;

/// <summary>What tells a row from all others: the id where both jobs name one, else file and row; and the window.</summary>
sealed class RowKey
{
    readonly string[] _columns;

    RowKey(string[] columns) => _columns = columns;

    /// <summary>The same columns for both outputs.</summary>
    public static RowKey Of(JobSpec a, JobSpec b) =>
        new(a.Input.Id is { } id && id == b.Input.Id ? [id, "window"] : ["source_file", "source_row", "window"]);

    public string Columns => string.Join(", ", _columns.Where(c => c != "window"));

    public string Text(PartRows rows, int row)
    {
        var text = new StringBuilder();
        foreach (var column in _columns)
        {
            if (rows.Columns.GetValueOrDefault(column)?[row] is { } value)
            {
                text.Append(text.Length > 0 ? ":" : "").Append(Convert.ToString(value, CultureInfo.InvariantCulture));
            }
        }

        return text.ToString();
    }

    /// <summary>128 bits of a key: of a billion rows two share one with a chance of 10⁻²¹.</summary>
    /// <param name="key">The row's text.</param>
    /// <param name="repeat">How many rows before it had the same.</param>
    public static UInt128 Hash(string key, int repeat) =>
        XxHash128.HashToUInt128(Encoding.UTF8.GetBytes(repeat == 0 ? key : $"{key}\0{repeat}"));
}
