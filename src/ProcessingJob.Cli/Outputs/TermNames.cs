using System.Globalization;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Models.Folders;
using ProcessingJob.Models.Modules;
using ProcessingJob.Tokenization;

namespace ProcessingJob.Cli.Outputs;

/// <summary>Names of a sparse output's entries: tokens of the job's model where its folder is here, else their numbers.</summary>
sealed class TermNames
{
    readonly Tokenizer? _tokenizer;

    TermNames(Tokenizer? tokenizer) => _tokenizer = tokenizer;

    public static TermNames Of(JobSpec spec)
    {
        try
        {
            var options = ModelOptions.Of(spec) with { WithoutGraph = true };
            // An autoencoder's entries are no tokens.
            return Directory.Exists(spec.Model) && ModelFolder.Open(spec.Model, options) is { Work: SparseRoute { Dense: null } } model
                ? new(Tokenizer.Load(model.EncoderFolder))
                : new(null);
        }
        catch (PJobException)
        {
            // Names are an extra: another folder may have taken the model's place since.
            return new(null);
        }
    }

    public string this[int index] => _tokenizer?.IdToToken(index) ?? index.ToString(CultureInfo.InvariantCulture);
}
