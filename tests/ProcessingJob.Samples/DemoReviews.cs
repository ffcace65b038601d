using System.Text;

namespace ProcessingJob.Samples;

/// <summary>The texts of scripts/demo/reviews.csv, carried inside the program.</summary>
public static class DemoReviews
{
    const int BodyColumn = 3;

    public static IReadOnlyList<string> Bodies { get; } = Read();

    static List<string> Read()
    {
        using var reader = new StreamReader(typeof(DemoReviews).Assembly.GetManifestResourceStream("reviews.csv")!, Encoding.UTF8);
        return [.. Records(reader.ReadToEnd()).Skip(1).Select(record => record[BodyColumn])];
    }

    /// <summary>RFC 4180, for a file that is known to be right.</summary>
    static IEnumerable<List<string>> Records(string csv)
    {
        var (record, field, quoted) = (new List<string>(), new StringBuilder(), false);
        foreach (var c in csv)
        {
            switch (c)
            {
                case '"':
                    // Inside a quoted field a doubled quote closes it and opens it again.
                    quoted = !quoted;
                    if (quoted && field.Length > 0)
                    {
                        field.Append('"');
                    }

                    break;
                case ',' when !quoted:
                case '\n' when !quoted:
                    record.Add(field.ToString());
                    field.Clear();
                    if (c == ',')
                    {
                        break;
                    }

                    yield return record;
                    record = [];
                    break;
                default:
                    field.Append(c);
                    break;
            }
        }
    }
}
