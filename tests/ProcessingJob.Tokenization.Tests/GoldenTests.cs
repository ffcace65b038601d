namespace ProcessingJob.Tokenization.Tests;

/// <summary>
/// The ids that transformers and sentence-transformers give for whole model folders: single texts, pairs and prompts, at the folders' own
/// limits. Some small tokenizers are kept here; the many others lie beside the checkout on some machines.
/// </summary>
public class GoldenTests
{
    const string Absent = "none";

    // Texts go through a chat template there, which is refused by whoever embeds or scores.
    static readonly string[] Chats = ["no-modules-causal-chat", "ce-logit-score-chat"];

    static readonly string Kept = Path.Combine(Checkout.Root, "tests", "ProcessingJob.Tokenization.Tests", "Goldens");

    static readonly string Shared = Path.Combine(Checkout.Root, "..", "shared", "goldens");

    public static TheoryData<string> KeptFolders => [.. Directory.GetDirectories(Kept).Select(path => Path.GetFileName(path)).Order()];

    public static TheoryData<string> SharedFolders =>
        Directory.Exists(Shared)
            ?
            [
                .. Directory
                    .GetFiles(Shared, "expected.json", SearchOption.AllDirectories)
                    .Select(file => Path.GetRelativePath(Shared, Path.GetDirectoryName(file)!))
                    .Where(folder => !folder.StartsWith("real", StringComparison.Ordinal))
                    .Order(),
            ]
            : [Absent];

    [Theory]
    [MemberData(nameof(KeptFolders))]
    public void Encode_KeptFolder_GivesTheLibrarysIds(string folder) => Check(Path.Combine(Kept, folder));

    [Theory]
    [MemberData(nameof(SharedFolders))]
    public void Encode_SharedFolder_GivesTheLibrarysIds(string folder)
    {
        Assert.SkipWhen(folder == Absent, "../shared/goldens is not here");
        Assert.SkipWhen(Chats.Contains(Path.GetFileName(folder)), "goes through a chat template");
        Check(Path.Combine(Shared, folder));
    }

    static void Check(string folder)
    {
        var wrong = new List<string>();
        var count = 0;
        foreach (var call in Golden.Read(folder))
        {
            var tokenizer = Tokenizer.Load(folder, call.Role);
            var encoder = tokenizer.CreateEncoder(new EncodeOptions { MaxLength = tokenizer.DefaultMaxLength(Golden.Positions(folder)) });
            var buffer = new EncodingBuffer();
            foreach (var text in call.Texts)
            {
                count++;
                buffer.Clear();
                if (text.Pair == null)
                {
                    encoder.Encode(call.Prompt + text.Text, buffer);
                }
                else
                {
                    encoder.Encode(call.Prompt + text.Text, text.Pair, buffer);
                }

                var ids = buffer.Ids(0).ToArray();
                if (call.LacksUnknown)
                {
                    ids = [.. ids.Where(id => tokenizer.IdToToken(id) != "[UNK]")];
                }

                Assert.True(buffer.Attended(0) <= ids.Length || call.LacksUnknown);
                if (!ids.SequenceEqual(text.Ids))
                {
                    wrong.Add(
                        $"{call.Role} {Parity.Show(text.Text)}{(text.Pair == null ? "" : " | " + Parity.Show(text.Pair))}: "
                            + $"[{string.Join(' ', ids)}], not [{string.Join(' ', text.Ids)}]"
                    );
                }
                else if (call.SaysTypes)
                {
                    var types = text.Types ?? new int[text.Ids.Length];
                    Assert.Equal(text.Types != null, tokenizer.HasTokenTypes);
                    Assert.Equal(types, buffer.TypeIds(0).ToArray().Select(type => (int)type));
                }
            }
        }

        Assert.True(wrong.Count == 0, $"{wrong.Count} of {count} texts\n{string.Join('\n', wrong.Take(5))}");
        Assert.NotEqual(0, count);
    }
}
