using ProcessingJob.Cli.Display;

namespace ProcessingJob.Cli.Tests;

/// <summary>Nothing of data or of file names moves a cursor, rings a bell or looks like a line of pjob.</summary>
public sealed class PlainWriterTests
{
    const string Hostile = "a\e[31mb\ac\u202ed\u009be\rf\u2067";
    const string Shown = "a\\u001b[31mb\\u0007c\\u202ed\\u009be\\u000df\\u2067";

    [Fact]
    public void Clean_WhatATerminalObeys_IsShown() => Assert.Equal(Shown, PlainWriter.Clean(Hostile));

    [Theory]
    [InlineData("plain")]
    [InlineData("naïve 日本語 🎉 e\u0301 \u200d\u200e")]
    [InlineData("two\nlines\tand a tab\r\n")]
    [InlineData("")]
    public void Clean_AnythingElse_IsAsItWas(string text) => Assert.Same(text, PlainWriter.Clean(text));

    [Fact]
    public void Write_EveryWay_IsClean()
    {
        var inner = new StringWriter();
        var writer = new PlainWriter(inner);

        writer.Write(Hostile);
        writer.Write(Hostile.ToCharArray(), 0, Hostile.Length);
        writer.Write(Hostile.AsSpan());
        writer.WriteLine(Hostile);
        foreach (var c in Hostile)
        {
            writer.Write(c);
        }

        Assert.Equal($"{Shown}{Shown}{Shown}{Shown}\n{Shown}", inner.ToString());
    }

    [Fact]
    public async Task Run_FileNameWithEscapesAndALineBreak_ForgesNothing()
    {
        var run = await PjobRun.RunAsync("check", "no\e[2Jsuch\nerror: FORGED");

        Assert.DoesNotContain('\e', run.Error);
        Assert.Contains("no\\u001b[2Jsuch\n  error: FORGED", run.Error, StringComparison.Ordinal);
        Assert.Single(run.Error.Split('\n'), line => line.StartsWith("error:", StringComparison.Ordinal));
    }

    [Fact]
    public void WriteError_OnATerminal_IsRedByUsAndPlainOtherwise()
    {
        var error = new StringWriter();
        var cli = new CliContext
        {
            In = TextReader.Null,
            Out = TextWriter.Null,
            Error = error,
            ErrorIsTerminal = true,
            Variable = _ => null,
        };

        cli.WriteError("\e[32mgreen");

        Assert.Equal("\e[31merror:\e[0m \\u001b[32mgreen\n", error.ToString());
    }
}
