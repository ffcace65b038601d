namespace ProcessingJob.Models.Modules;

/// <summary>A score out of a language model's last token: logit of the true token less that of the false one.</summary>
/// <param name="TrueToken">Id.</param>
/// <param name="FalseToken">Id; null: the true token's logit alone.</param>
public sealed record LogitScoreModule(int TrueToken, int? FalseToken) : SentenceModule
{
    public override string Name => "LogitScore";

    public override string Summary =>
        FalseToken is null ? $"logit of token {TrueToken}" : $"logit of token {TrueToken} less that of {FalseToken}";

    internal static LogitScoreModule Read(ModuleSource source)
    {
        var config = source.Config("config.json");
        var module = new LogitScoreModule(config.RequiredInt("true_token_id", 0), config.Int("false_token_id", 0));
        if (config.Text("module_input_name") is { } input && input != Features.CausalLogits)
        {
            throw config.Refuse($"module_input_name is {input}, expected {Features.CausalLogits}");
        }

        config.Close();
        return module;
    }
}
