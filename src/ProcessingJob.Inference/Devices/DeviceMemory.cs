namespace ProcessingJob.Inference.Devices;

/// <summary>A device's memory in messages.</summary>
static class DeviceMemory
{
    /// <summary>Such as " (it has 22.0 GiB)"; empty where it is the machine's own.</summary>
    public static string Words(IDevice device) => device.MemoryBytes is { } bytes ? $" (it has {bytes / (double)(1 << 30):0.0} GiB)" : "";
}
