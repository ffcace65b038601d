using ProcessingJob.Contract;

namespace ProcessingJob.Tokenization.Loading;

/// <summary>The two reasons not to use a tokenizer.</summary>
static class Refusal
{
    /// <summary>The file says something this program cannot do exactly.</summary>
    public static PJobException Unsupported(string where, string what) =>
        new($"{where}: {what} is not supported; a tokenizer is reproduced exactly or not at all", ExitCode.Model);

    /// <summary>The file is damaged or contradicts itself.</summary>
    public static PJobException Broken(string where, string what) => new($"{where}: {what}", ExitCode.Model);
}
