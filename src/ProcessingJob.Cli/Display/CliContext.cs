using ProcessingJob.Launcher.Aws;
using ProcessingJob.Launcher.Hub;

namespace ProcessingJob.Cli.Display;

/// <summary>What a command sees of the process: tests give it writers and a clock of their own.</summary>
public sealed record CliContext
{
    public required TextReader In { get; init; }
    public required TextWriter Out { get; init; }
    public required TextWriter Error { get; init; }
    public Func<string, string?> Variable { get; init; } = Environment.GetEnvironmentVariable;
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Standard output is a terminal that can redraw: no pipe, no CI, not TERM=dumb.</summary>
    public bool OutIsTerminal { get; init; }

    /// <summary>The same of standard error.</summary>
    public bool ErrorIsTerminal { get; init; }

    /// <summary>Somebody is there to answer a question: standard input is a terminal too.</summary>
    public bool CanAsk { get; init; }

    /// <summary>The AWS account of a region (null: the environment's).</summary>
    public Func<string?, AwsConnection> Connect { get; init; } = AwsConnection.Create;

    /// <summary>How to reach the model hub.</summary>
    public Func<HubOptions> Hub { get; init; } = () => new();

    public bool UseColor => Variable("NO_COLOR") is not { Length: > 0 };

    public static CliContext OfProcess()
    {
        var canRedraw =
            Environment.GetEnvironmentVariable("TERM") is { Length: > 0 } and not "dumb"
            && Environment.GetEnvironmentVariable("CI") is not { Length: > 0 };
        return new()
        {
            In = Console.In,
            Out = Console.Out,
            Error = Console.Error,
            OutIsTerminal = canRedraw && !Console.IsOutputRedirected,
            ErrorIsTerminal = canRedraw && !Console.IsErrorRedirected,
            CanAsk = canRedraw && !Console.IsInputRedirected && !Console.IsErrorRedirected,
        };
    }

    /// <summary>The line that every failure ends with: a message, never a stack trace.</summary>
    public void WriteError(string message)
    {
        var (red, plain) = ErrorIsTerminal && UseColor ? ("\e[31m", "\e[0m") : ("", "");
        Error.WriteLine($"{red}error:{plain} {SafeText.Of(message)}");
    }
}
