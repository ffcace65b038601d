namespace ProcessingJob.Contract;

/// <summary>The version of pjob and its worker, which are built together.</summary>
public static class ProductVersion
{
    /// <summary>Such as 0.2.0.</summary>
    public static string Text { get; } = typeof(ProductVersion).Assembly.GetName().Version!.ToString(3);
}
