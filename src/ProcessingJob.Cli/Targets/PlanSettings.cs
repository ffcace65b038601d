using System.CommandLine;
using System.Globalization;
using ProcessingJob.Cli.Commands;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Launcher.Cost;

namespace ProcessingJob.Cli.Targets;

/// <param name="Json">--json.</param>
/// <param name="Simulate">Numbers of hosts to compare; null: only the spec's.</param>
/// <param name="Deadline">Look for the cheapest number of hosts that ends within it.</param>
/// <param name="TokensPerSecond">Of one host, measured.</param>
/// <param name="Types">Instance types with prices and speeds.</param>
/// <param name="Strict">Warnings are errors.</param>
sealed record PlanSettings(
    bool Json,
    (int From, int To)? Simulate,
    TimeSpan? Deadline,
    double? TokensPerSecond,
    InstanceTypes Types,
    bool Strict
);

/// <summary>The options of plan.</summary>
sealed class PlanOptions
{
    const int DefaultMost = 100;
    readonly Option<string?> _simulate = new("--simulate")
    {
        Description = "On SageMaker: time and cost by number of hosts, such as 1..100",
        HelpName = "A..B",
    };
    readonly Option<string?> _deadline = new("--deadline")
    {
        Description = "On SageMaker: find the cheapest number of hosts that finishes in time, such as 2h",
        HelpName = "TIME",
    };
    readonly Option<double?> _speed = new("--tokens-per-second")
    {
        Description = "Measured speed of one host; default: from the output's last run, else an estimate",
    };
    readonly Option<string?> _types = new("--instance-types")
    {
        Description = "JSON file of instance types with your prices and speeds",
        HelpName = "FILE",
    };
    readonly Option<bool> _strict = CommonOptions.Strict();
    readonly Option<bool> _json = CommonOptions.Json();

    public static PlanOptions AddTo(Command command)
    {
        var options = new PlanOptions();
        command.Options.Add(options._simulate);
        command.Options.Add(options._deadline);
        command.Options.Add(options._speed);
        command.Options.Add(options._types);
        command.Options.Add(options._strict);
        command.Options.Add(options._json);
        return options;
    }

    /// <exception cref="PJobException">Exit code 2.</exception>
    public PlanSettings Read(ParseResult parsed)
    {
        var deadline =
            parsed.GetValue(_deadline) is not { } text ? (TimeSpan?)null
            : Durations.TryParse(text, out var time) ? time
            : throw Bad("--deadline", text, "a time such as 90m or 4h");
        if (parsed.GetValue(_speed) is { } speed && !(speed > 0))
        {
            throw Bad("--tokens-per-second", speed.ToString(CultureInfo.InvariantCulture), "a number above 0");
        }

        var types = parsed.GetValue(_types) is { } path ? InstanceTypes.Load(path) : InstanceTypes.Default;
        return new(
            parsed.GetValue(_json),
            Range(parsed.GetValue(_simulate)) ?? (deadline is null ? null : (1, DefaultMost)),
            deadline,
            parsed.GetValue(_speed),
            types,
            parsed.GetValue(_strict)
        );
    }

    static (int, int)? Range(string? text)
    {
        if (text is null)
        {
            return null;
        }

        var ends = text.Split("..");
        return
            ends.Length == 2
            && int.TryParse(ends[0], out var from)
            && int.TryParse(ends[1], out var to)
            && from >= 1
            && from <= to
            && to <= 10_000
            ? (from, to)
            : throw Bad("--simulate", text, "a range of hosts such as 1..100");
    }

    static PJobException Bad(string option, string found, string expected) =>
        new($"{option}: found {found}, expected {expected}", ExitCode.BadSpec);
}
