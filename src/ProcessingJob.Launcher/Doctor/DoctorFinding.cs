namespace ProcessingJob.Launcher.Doctor;

/// <summary>How a check came out. Unknown: this identity may not look.</summary>
public enum Health
{
    Good,
    Warning,
    Bad,
    Unknown,
}

/// <summary>One line of <c>pjob doctor</c>.</summary>
/// <param name="Subject">credentials, role, bucket, image, quota, network.</param>
/// <param name="Text">What was found.</param>
/// <param name="Cure">The mending command or step; null when there is nothing to mend.</param>
public sealed record DoctorFinding(string Subject, Health Health, string Text, string? Cure = null);
