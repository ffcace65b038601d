using ProcessingJob.Cli;
using ProcessingJob.Cli.Display;

using var signals = new CommandStop();

return await App.RunAsync(args, CliContext.OfProcess(), signals);
