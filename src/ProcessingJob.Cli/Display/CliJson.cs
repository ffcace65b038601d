using ProcessingJob.Contract;

namespace ProcessingJob.Cli.Display;

/// <summary>--json: one document on standard output, in the contract's spelling.</summary>
public static class CliJson
{
    public static void WriteJson<T>(this CliContext cli, T value) =>
        cli.Out.Write(System.Text.Encoding.UTF8.GetString(ContractJson.Write(value)));
}
