namespace ProcessingJob.Testing;

/// <summary>Where the checkout is.</summary>
public static class Repo
{
    /// <summary>The folder of ProcessingJob.sln, found upwards from the test's own folder.</summary>
    public static string Root { get; } = Find();

    /// <summary>A path below <see cref="Root"/>.</summary>
    public static string File(params string[] parts) => Path.Combine([Root, .. parts]);

    static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (System.IO.File.Exists(Path.Combine(folder.FullName, "ProcessingJob.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException(
            $"ProcessingJob.sln is in no folder above {AppContext.BaseDirectory}: run the tests from a checkout."
        );
    }
}
