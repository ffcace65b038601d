using ProcessingJob.Benchmarks;

if (args is ["data", ..])
    await DataBenchmark.RunAsync();
return 0;
