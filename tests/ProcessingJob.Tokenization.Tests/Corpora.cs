namespace ProcessingJob.Tokenization.Tests;

/// <summary>The texts of ../shared/data/corpora.</summary>
static class Corpora
{
    public static readonly string[] Names = ["womens", "short_reviews", "multilingual", "blns_utf8demo", "edge", "long_reviews"];

    public static List<string> Read(string name) =>
        [.. File.ReadLines(Path.Combine(Checkout.SharedData, "corpora", name + ".jsonl")).Where(line => line.Length > 0).Select(Text)];

    /// <summary>The value of "text"; unlike System.Text.Json this keeps lone surrogates.</summary>
    static string Text(string line)
    {
        var key = line.IndexOf("\"text\"", StringComparison.Ordinal);
        var at = line.IndexOf('"', key + 6) + 1;
        var text = new System.Text.StringBuilder();
        for (; line[at] != '"'; at++)
        {
            if (line[at] != '\\')
            {
                text.Append(line[at]);
                continue;
            }

            at++;
            if (line[at] == 'u')
            {
                text.Append((char)Convert.ToInt32(line.Substring(at + 1, 4), 16));
                at += 4;
            }
            else
            {
                text.Append(
                    line[at] switch
                    {
                        'n' => '\n',
                        't' => '\t',
                        'r' => '\r',
                        'b' => '\b',
                        'f' => '\f',
                        var c => c,
                    }
                );
            }
        }

        return text.ToString();
    }
}
