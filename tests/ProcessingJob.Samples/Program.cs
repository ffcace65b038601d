using ProcessingJob.Samples;

try
{
    return Command.Run(args, Console.Out);
}
catch (ArgumentException error)
{
    Console.Error.WriteLine(error.Message);
    return 2;
}
