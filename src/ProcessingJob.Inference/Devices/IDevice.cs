namespace ProcessingJob.Inference.Devices;

/// <summary>Something that runs batches: one per GPU, or one for all CPU cores.</summary>
public interface IDevice : IDisposable
{
    /// <summary>E.g. <c>cpu</c>, <c>cuda:0</c>.</summary>
    string Name { get; }

    /// <summary>Threads that call it, each through a runner of its own.</summary>
    int Threads { get; }

    /// <summary>All memory of a GPU, for messages; null: it is the machine's own.</summary>
    long? MemoryBytes => null;

    /// <summary>Makes what one thread needs: buffers and bindings.</summary>
    IRunner CreateRunner();

    /// <summary>Makes the session anew after it died. Runners made before are not used again.</summary>
    void Recreate();
}

/// <summary>One thread's way to a device. Not thread-safe.</summary>
public interface IRunner : IDisposable
{
    /// <summary>
    /// Runs a batch and writes row by row, each of <see cref="ModelOutput.Floats"/> of the batch's length, to <paramref name="output"/>;
    /// what stands at padding is ignored.
    /// </summary>
    /// <exception cref="DeviceMemoryException">The batch does not fit: it is halved and tried again.</exception>
    /// <exception cref="DeviceLostException">The session is dead: it is made anew, once.</exception>
    void Run(in Batch batch, Span<float> output);
}

/// <summary>The device's memory does not suffice for the batch.</summary>
public sealed class DeviceMemoryException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>The device or its session cannot be used any more.</summary>
public sealed class DeviceLostException(string message, Exception? inner = null) : Exception(message, inner);
