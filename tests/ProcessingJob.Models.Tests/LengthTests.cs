using ProcessingJob.Contract.Spec;
using ProcessingJob.Models.Folders;
using ProcessingJob.Models.Modules;
using ProcessingJob.Testing;

namespace ProcessingJob.Models.Tests;

/// <summary>How many tokens a model takes: where it was trained to, and what can be computed at all.</summary>
public sealed class LengthTests : IDisposable
{
    readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("""{"model_type":"bert","max_position_embeddings":512}""", 512, 512)]
    [InlineData("""{"model_type":"roberta","max_position_embeddings":514}""", 512, 512)]
    [InlineData("""{"model_type":"mpnet","max_position_embeddings":514,"pad_token_id":0}""", 512, 512)] // its offset is fixed
    [InlineData("""{"model_type":"t5","n_positions":512}""", null, null)] // read by nothing in transformers
    [InlineData("""{"model_type":"deberta-v2","max_position_embeddings":512}""", 512, 512)] // position_biased_input is true by itself
    [InlineData("""{"model_type":"deberta-v2","max_position_embeddings":512,"position_biased_input":false}""", 512, null)]
    [InlineData("""{"model_type":"modernbert","max_position_embeddings":8192}""", 8192, null)]
    [InlineData("""{"model_type":"llama","max_position_embeddings":2048}""", 2048, null)]
    [InlineData("""{"model_type":"llama","max_position_embeddings":2048,"rope_scaling":{"type":"dynamic","factor":2.0}}""", 2048, 2048)]
    [InlineData("""{"model_type":"nomic_bert","n_positions":8192}""", 8192, null)]
    [InlineData("""{"model_type":"nomic_bert","n_positions":8192,"rotary_scaling_factor":2,"max_trained_positions":2048}""", 2048, 2048)]
    [InlineData("""{"model_type":"whoever","max_position_embeddings":77}""", 77, 77)]
    public void Read_PositionsOfAFamily_AreWhereItWasTrainedToAndWhatCanBeComputed(string config, int? positions, int? most)
    {
        var file = _folder.Write("config.json", config.Insert(1, "\"hidden_size\":8,"));

        var found = ModelConfig.Read(file);

        Assert.Equal((positions, most), (found.Positions, found.MostTokens));
    }

    /// <summary>sentence-transformers lowers the tokenizer's limit to the positions, and never what the module says itself.</summary>
    [Theory]
    [InlineData(900, null, 512, null, 900)]
    [InlineData(900, null, 512, 512, 512)] // there is no row for more
    [InlineData(40, 900, 512, null, 40)]
    [InlineData(null, 900, 512, null, 512)]
    [InlineData(null, null, null, null, null)]
    public void MaxLength_OfAModule_IsItsOwnBeforeThePositions(int? own, int? tokenizer, int? positions, int? most, int? expected)
    {
        var module = TransformerModule.Plain(_folder.Path, TransformerModule.FeatureExtraction) with { MaxSequenceLength = own };

        Assert.Equal(expected, module.MaxLength(TextRole.None, tokenizer, positions, most));
    }
}
