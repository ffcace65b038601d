using ProcessingJob.Contract.Spec;
using ProcessingJob.Inference.Heads;
using ProcessingJob.Models.Folders;
using ProcessingJob.Testing;
using ProcessingJob.Tokenization;

namespace ProcessingJob.Inference.Tests;

public sealed class TextPreparationTests : IDisposable
{
    readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void CreateEncoder_FolderThatLowerCases_KeepsAddedTokensAndLowersThePrompt()
    {
        _folder.Write("vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nsay\na\nσ\n");
        _folder.Write("tokenizer_config.json", """{"tokenizer_class":"BertTokenizer","do_lower_case":false,"strip_accents":false}""");
        _folder.Write("sentence_bert_config.json", """{"do_lower_case":true}""");
        TinyModel.Write(_folder);
        TinyModel.Modules(_folder, """Pooling:{"pooling_mode":"mean"}""");
        var model = ModelFolder.Open(_folder.Path);
        var tokenizer = Tokenizer.Load(model.EncoderFolder);
        var spec = new JobSpec { Tokens = new TokenSpec { Prompt = "SAY " } };
        var block = new EncodingBuffer();
        TextPreparation.Of(spec, model, tokenizer).CreateEncoder(tokenizer, new EncodeOptions()).Encode("A [MASK] Σ", block);
        // [CLS] say a [MASK] σ [SEP]
        Assert.Equal([2, 5, 6, 4, 7, 3], block.Ids(0).ToArray());
    }
}
