namespace ProcessingJob.Samples;

/// <summary>Writes Hugging Face model folders with random weights.</summary>
public static class SampleModels
{
    /// <summary>
    /// Writes config.json, tokenizer.json, tokenizer_config.json, special_tokens_map.json, the sentence-transformers files of an
    /// encoder and onnx/model.onnx (float32, opset 17, inputs int64 [batch, sequence]) into <paramref name="folder"/>, which is created.
    /// </summary>
    /// <exception cref="ArgumentException">The options do not fit together; the message says which.</exception>
    public static void Write(string folder, SampleModelOptions options) => throw new NotImplementedException();
}
