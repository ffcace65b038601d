namespace ProcessingJob.Tokenization.Tests;

/// <summary>Where things are beside the compiled tests.</summary>
static class Checkout
{
    public static string Root { get; } = FindRoot();

    /// <summary>Vocabularies and corpora of others, beside the checkout; absent on most machines.</summary>
    public static string SharedData { get; } = Path.Combine(Root, "..", "shared", "data");

    public static string Vocabulary(string name) => Path.Combine(SharedData, "vocabs", name);

    static string FindRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "ProcessingJob.sln")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("not in a checkout");
        }

        return folder;
    }
}
