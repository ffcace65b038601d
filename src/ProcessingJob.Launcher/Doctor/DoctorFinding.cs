namespace ProcessingJob.Launcher.Doctor;

/// <summary>Result of a check. Unknown: this identity lacks the permission to check.</summary>
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
/// <param name="Cure">The fix, a command or a step; null when there is nothing to fix.</param>
public sealed record DoctorFinding(string Subject, Health Health, string Text, string? Cure = null);
