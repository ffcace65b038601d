using System.Text.Json;
using ProcessingJob.Contract;

namespace ProcessingJob.Cli.Estimating;

/// <summary>Floating point operations per token of an encoder, from its config.json: two for each weight outside the embeddings.</summary>
static class ModelFlops
{
    /// <exception cref="PJobException">Exit code 4: config.json is missing or does not say how large the model is.</exception>
    public static double PerToken(string folder)
    {
        var path = Path.Combine(folder, "config.json");
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(path));
            var config = json.RootElement;
            double hidden = Number(config, "hidden_size", "dim", "d_model"),
                layers = Number(config, "num_hidden_layers", "n_layers", "num_layers");
            var inner = Number(config, "intermediate_size", "hidden_dim", "d_ff");
            return hidden > 0 && layers > 0
                ? 2 * layers * (4 * hidden * hidden + 2 * hidden * (inner > 0 ? inner : 4 * hidden))
                : throw new PJobException(
                    $"{path}: has no hidden_size and num_hidden_layers, which estimate the model's speed; "
                        + "set a measured one with --tokens-per-second",
                    ExitCode.Model
                );
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or InvalidOperationException)
        {
            throw new PJobException($"{path}: cannot be read: {JsonFault.Of(e)}", ExitCode.Model, e);
        }
    }

    static double Number(JsonElement config, params string[] names) =>
        names
            .Select(name => config.TryGetProperty(name, out var value) && value.TryGetDouble(out var number) ? number : 0)
            .FirstOrDefault(n => n > 0);
}
