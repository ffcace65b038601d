using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace ProcessingJob.Cli.Checking;

/// <summary>Reads the head of an npy part and holds its shape against its size.</summary>
static partial class NpyPartCheck
{
    public static async Task<PartFacts> ReadAsync(string path, CancellationToken cancellationToken)
    {
        await using var file = File.OpenRead(path);
        var head = new byte[(int)Math.Min(file.Length, 4096)];
        await file.ReadExactlyAsync(head, cancellationToken);
        if (Shape().Match(Encoding.Latin1.GetString(head)) is not { Success: true } match)
        {
            throw new InvalidDataException("no npy header with a two-dimensional shape");
        }

        var (rows, width) = (Number(match.Groups["rows"]), Number(match.Groups["width"]));
        var headLength = 10 + head[8] + 256 * head[9];
        var expected = headLength + rows * width * Number(match.Groups["size"]);
        var faults =
            expected == file.Length
                ? []
                : new List<string> { $"its shape ({rows}, {width}) requires {expected} bytes, found {file.Length}" };
        return new(rows, null, $"{match.Groups["type"].Value}[{width}]", faults);
    }

    static long Number(Group group) => long.Parse(group.Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(
        @"^.NUMPY.*'descr': '(?<type>[<|][a-z](?<size>\d+))'.*'shape': \((?<rows>\d+), ?(?<width>\d+)\)",
        RegexOptions.Singleline | RegexOptions.CultureInvariant
    )]
    private static partial Regex Shape();
}
