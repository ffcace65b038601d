namespace ProcessingJob.Launcher.Tests.Doctor;

/// <summary>AWS's own command line against the mock account.</summary>
static class AwsCli
{
    /// <returns>What it printed; a failure fails the test.</returns>
    public static async Task<string> RunAsync(string endpoint, params string[] arguments)
    {
        var (code, text) = await Commands.RunAsync("aws", [.. arguments, "--endpoint-url", endpoint]);
        Assert.True(code == 0, text);
        return text;
    }
}
