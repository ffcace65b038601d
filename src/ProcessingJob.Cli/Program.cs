using ProcessingJob.Cli;

using var signals = new StopSignals();
return await App.RunAsync(args, CliContext.OfProcess(), signals);
