using System.Collections;
using System.Globalization;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using ProcessingJob.Data.Outputs;

namespace ProcessingJob.Cli.Compare;

/// <summary>The values of a row beside its vector.</summary>
static class RowValues
{
    /// <summary>Of the columns' values, whatever their types.</summary>
    public static UInt128 Hash(PartRows rows, int row, IReadOnlyList<string> columns)
    {
        var hash = new XxHash128();
        foreach (var column in columns)
        {
            hash.Append(MemoryMarshal.AsBytes<char>(Text(rows.Columns[column][row])));
            hash.Append([0, 0]);
        }

        return hash.GetCurrentHashAsUInt128();
    }

    /// <summary>A value as messages show it, and as it is compared.</summary>
    public static string Text(object? value) =>
        value switch
        {
            null => "null",
            string text => text,
            bool flag => flag ? "true" : "false",
            byte[] bytes => Convert.ToHexString(bytes),
            IReadOnlyDictionary<string, object?> map => "{" + string.Join(", ", map.Select(p => $"{p.Key}: {Text(p.Value)}")) + "}",
            IEnumerable list => "[" + string.Join(", ", list.Cast<object?>().Select(Text)) + "]",
            _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
        };
}
