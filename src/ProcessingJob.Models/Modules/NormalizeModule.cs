namespace ProcessingJob.Models.Modules;

/// <summary>Divides a vector by its Euclidean length, which is taken as 1e-12 at least.</summary>
public sealed record NormalizeModule(string Input, string Output) : SentenceModule
{
    public override string Name => "Normalize";

    public override string Summary => Input == Features.Tokens ? "every token to length 1" : "to length 1";

    internal static readonly NormalizeModule OfSentence = new(Features.Sentence, Features.Sentence);

    internal static readonly NormalizeModule OfTokens = new(Features.Tokens, Features.Tokens);

    internal static NormalizeModule Read(ModuleSource source)
    {
        // Before sentence-transformers 6 the module had no file.
        var config = source.TryConfig("config.json");
        var input = config?.Text("module_input_name") ?? Features.Sentence;
        var output = config?.Text("module_output_name") ?? input;
        config?.Close();
        return new NormalizeModule(input, output);
    }
}
