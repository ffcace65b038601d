using Serilog;
using Serilog.Core;
using Serilog.Formatting.Compact;

namespace ProcessingJob.Worker;

/// <summary>Plain lines on a terminal; one compact JSON object a line everywhere else (CloudWatch, the launcher's pipe).</summary>
static class WorkerLog
{
    public static Logger Create()
    {
        var config = new LoggerConfiguration();
        return (
            Console.IsOutputRedirected
                ? config.WriteTo.Console(new RenderedCompactJsonFormatter())
                : config.WriteTo.Console(outputTemplate: "{Timestamp:HH:mm:ss} {Level:u3} {Message:lj}{NewLine}")
        ).CreateLogger();
    }
}
