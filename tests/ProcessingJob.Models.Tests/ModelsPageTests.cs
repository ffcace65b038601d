using System.Text.Json;
using System.Text.RegularExpressions;
using ProcessingJob.Models.Families;
using ProcessingJob.Models.Modules;
using ProcessingJob.Testing;

namespace ProcessingJob.Models.Tests;

/// <summary>The tables of docs/models.md say what the code's tables say, and every row is backed by a golden.</summary>
public sealed partial class ModelsPageTests
{
    static readonly string Text = File.ReadAllText(Repo.File("docs", "models.md"));

    /// <summary>Rows of the table under a head, cell by cell.</summary>
    static string[][] Rows(string head)
    {
        var lines = Text.Split('\n').SkipWhile(line => !line.StartsWith(head, StringComparison.Ordinal)).Skip(2);
        return
        [
            .. lines
                .TakeWhile(line => line.StartsWith('|'))
                .Select(line => Array.ConvertAll(line.Trim('|').Split('|'), cell => cell.Trim())),
        ];
    }

    static string[] Words(string cell) => [.. Remarks().Replace(cell, "").Split(',').Select(word => word.Trim())];

    [Fact]
    public void Families_Rows_AreThoseOfTheTableWithTheirHeads()
    {
        var listed = Rows("| family (`model_type`)")
            .SelectMany(row => Words(row[0]).Select(type => (type, Heads: string.Join(", ", Words(row[1])))))
            .Order();

        Assert.Equal(FamilyTable.ModelTypes.Select(type => (type, HeadsOf(FamilyTable.Find(type)!))).Order(), listed);
    }

    [Fact]
    public void Families_Goldens_AreThereAndOfARowsFamily()
    {
        foreach (var row in Rows("| family (`model_type`)").Where(row => !row[2].StartsWith("none:", StringComparison.Ordinal)))
        {
            foreach (var golden in Words(row[2]))
            {
                using var config = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Golden.OwnRoot, golden, "config.json")));
                Assert.Contains(config.RootElement.GetProperty("model_type").GetString(), Words(row[0]));
            }
        }
    }

    [Fact]
    public void Families_WithoutAGolden_AreOneRow() =>
        Assert.Equal(
            "eurobert",
            Assert.Single(Rows("| family (`model_type`)"), row => row[2].StartsWith("none:", StringComparison.Ordinal))[0]
        );

    [Fact]
    public void Modules_RowsAndTheSentenceBelow_AreThoseOfTheTable()
    {
        var rows = Rows("| module of sentence-transformers").SelectMany(row => Words(row[0])).ToArray();
        var refused = Regex
            .Match(Text, @"([\w,\s]+) (?:is|are) understood and refused")
            .Groups[1]
            .Value.Replace(" and ", ", ", StringComparison.Ordinal);

        Assert.Equal(ModuleTypes.Names.Order(), rows.Concat(refused.Split(',').Select(name => name.Trim())).Order());
    }

    [Fact]
    public void Modules_Goldens_HoldTheModule()
    {
        foreach (var row in Rows("| module of sentence-transformers"))
        {
            foreach (var golden in Words(row[2]).Where(name => name != "model2vec-no-modules"))
            {
                var folder = Path.Combine(AppContext.BaseDirectory, "folders", golden);
                Assert.True(File.Exists(Path.Combine(folder, "expected.json")), golden);
                var files = Directory
                    .GetFiles(folder, "*.json", SearchOption.AllDirectories)
                    .Where(f => !f.EndsWith("expected.json", StringComparison.Ordinal));
                Assert.Contains(files, f => File.ReadAllText(f).Contains($".{Words(row[0])[0]}\"", StringComparison.Ordinal));
            }
        }
    }

    static string HeadsOf(Family family) =>
        string.Join(
            ", ",
            new (Delegate?, string)[]
            {
                (family.Sequence, "sequence"),
                (family.Tokens, "token"),
                (family.Answers, "question"),
                (family.Masked, "masked"),
                (family.Causal, "causal"),
                (family.Pooler, "pooler"),
                (family.Projection, "projection"),
            }
                .Where(head => head.Item1 is not null)
                .Select(head => head.Item2)
        );

    [GeneratedRegex(@"\([^)]*\)")]
    private static partial Regex Remarks();
}
