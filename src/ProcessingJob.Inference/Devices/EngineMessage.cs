namespace ProcessingJob.Inference.Devices;

/// <summary>One line for the log.</summary>
public readonly record struct EngineMessage(bool Warning, string Text);
