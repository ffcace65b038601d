using ProcessingJob.Contract.Output;

namespace ProcessingJob.Models.Modules;

/// <summary>
/// activation(x · weightᵀ + bias), plus x or x · residualᵀ where the module has a residual connection.
/// </summary>
/// <param name="Input">Name of the feature that is read: token_embeddings or sentence_embedding.</param>
/// <param name="Output">Name of the feature that is written.</param>
/// <param name="Weight">[outputs, inputs]</param>
/// <param name="Bias">[outputs]; null for none</param>
/// <param name="ResidualWeight">[outputs, inputs]; null where the residual is x itself, or where there is none.</param>
public sealed record DenseModule(
    string Input,
    string Output,
    int Inputs,
    int Outputs,
    float[] Weight,
    float[]? Bias,
    TorchActivation Activation,
    bool Residual,
    float[]? ResidualWeight
) : SentenceModule
{
    const string DefaultActivation = "torch.nn.modules.activation.Tanh";

    public override string Name => "Dense";

    public override string Summary =>
        $"{Inputs} -> {Outputs}, {Activation}{(Residual ? ", residual" : "")}{(Input == Features.Tokens ? ", of every token" : "")}";

    internal static DenseModule Read(ModuleSource source)
    {
        var config = source.Config("config.json");
        var inputs = config.RequiredInt("in_features", 1);
        var outputs = config.RequiredInt("out_features", 1);
        var hasBias = config.Flag("bias") ?? true;
        var residual = config.Flag("use_residual") ?? false;
        var input =
            config.Text("module_input_name") ?? (source.Kind == FolderKind.MultiVectorEncoder ? Features.Tokens : Features.Sentence);
        var output = config.Text("module_output_name") ?? input;
        var activation = ReadActivation(config, source.Warnings);
        config.Close();
        if (activation == TorchActivation.Softmax && input == Features.Tokens)
        {
            throw config.Refuse("activation_function Softmax on token embeddings runs over the texts of a batch, which makes no sense");
        }

        return source.Weights(weights => new DenseModule(
            input,
            output,
            inputs,
            outputs,
            weights.Floats("linear.weight", outputs, inputs),
            hasBias ? weights.Floats("linear.bias", outputs) : null,
            activation,
            residual,
            residual && inputs != outputs ? weights.Floats("residual.weight", outputs, inputs) : null
        ));
    }

    static TorchActivation ReadActivation(ModuleConfig config, List<JobWarning> warnings)
    {
        var name = config.Text("activation_function") ?? DefaultActivation;
        if (TorchActivations.Parse(name, config.Refuse) is { } activation)
        {
            return activation;
        }

        warnings.Add(
            new(
                "activation_replaced",
                $"{config.Path}: activation_function {name} is not of torch; Tanh takes its place, as in sentence-transformers"
            )
        );
        return TorchActivation.Tanh;
    }
}
