namespace ProcessingJob.Contract.Container;

/// <summary>
/// Where things lie in the container. The root is <c>/opt/ml</c> on SageMaker; <c>PROCESSINGJOB_ROOT</c> moves it in tests and for
/// the local target.
/// </summary>
public sealed record ContainerPaths(string Root)
{
    public const string RootVariable = "PROCESSINGJOB_ROOT";

    /// <summary>
    /// Set to <see cref="LauncherHoldsInput"/> for a worker whose launcher holds its standard input: when that ends, so does the launcher's
    /// life.
    /// </summary>
    public const string LauncherVariable = "PROCESSINGJOB_LAUNCHER";
    public const string LauncherHoldsInput = "stdin";

    public string Data => Path.Combine(Root, "processing", "input", "data");
    public string Model => Path.Combine(Root, "processing", "input", "model");
    public string Config => Path.Combine(Root, "processing", "input", "config");
    public string JobFile => Path.Combine(Config, "job.json");
    public string PlanFile => Path.Combine(Config, "plan.json");
    public string Output => Path.Combine(Root, "processing", "output");

    /// <summary>Files being written; outside every output path, so that the service never uploads a part of one.</summary>
    public string Staging => Path.Combine(Root, "processing", ".staging");
    public string ProcessingJobConfigFile => Path.Combine(Root, "config", "processingjobconfig.json");
    public string ResourceConfigFile => Path.Combine(Root, "config", "resourceconfig.json");
    public string MessageFile => Path.Combine(Root, "output", "message");

    /// <summary>A file that the spec names: the launcher sends it along in the config channel, under its bare name.</summary>
    public string SideFile(string name) => Path.Combine(Config, name) is var staged && File.Exists(staged) ? staged : name;

    public static ContainerPaths FromEnvironment() =>
        new(Environment.GetEnvironmentVariable(RootVariable) is { Length: > 0 } root ? Path.GetFullPath(root) : "/opt/ml");
}
