using ProcessingJob.Cli;
using ProcessingJob.Cli.Display;

using var signals = new StopSignals();

return await App.RunAsync(args, CliContext.OfProcess(), signals);
