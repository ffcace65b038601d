using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;

namespace ProcessingJob.Inference.Devices;

/// <summary>
/// The one way to ONNX Runtime: everything that uses it calls <see cref="Start"/> first. Turns its telemetry off and leads its
/// own log lines into ours.
/// </summary>
public static partial class OrtRuntime
{
    static readonly Lock Gate = new();
    static readonly DOrtLoggingFunction LogFunction = Forward;
    static readonly List<Action<EngineMessage>> Listeners = [];
    static bool _started;

    /// <summary>Idempotent; thread-safe.</summary>
    public static void Start()
    {
        lock (Gate)
        {
            if (_started)
            {
                return;
            }
            // On Linux .NET does not change the native environment, which is what the library reads; it must be set before the
            // library is first touched.
            if (OperatingSystem.IsWindows())
            {
                Environment.SetEnvironmentVariable("ORT_DISABLE_TELEMETRY", "1");
            }
            else
            {
                SetEnvironment("ORT_DISABLE_TELEMETRY", "1", 1);
            }

            var options = new EnvironmentCreationOptions
            {
                logId = "pjob",
                logLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_WARNING,
                loggingFunction = LogFunction,
            };
            if (!OrtEnv.IsCreated)
            {
                OrtEnv.CreateInstanceWithOptions(ref options);
            }

            OrtEnv.Instance().DisableTelemetryEvents();
            _started = true;
        }
    }

    /// <summary>Tells the listener every warning and error of the library until the result is disposed.</summary>
    public static IDisposable Listen(Action<EngineMessage> listener)
    {
        lock (Gate)
        {
            Listeners.Add(listener);
        }

        return new Subscription(listener);
    }

    static void Forward(IntPtr param, OrtLoggingLevel severity, string category, string logId, string location, string message)
    {
        Action<EngineMessage>[] listeners;
        lock (Gate)
        {
            listeners = [.. Listeners];
        }

        foreach (var listener in listeners)
        {
            listener(new EngineMessage(severity >= OrtLoggingLevel.ORT_LOGGING_LEVEL_WARNING, "onnxruntime: " + message));
        }
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironment(string name, string value, int overwrite);

    sealed class Subscription(Action<EngineMessage> listener) : IDisposable
    {
        public void Dispose()
        {
            lock (Gate)
            {
                Listeners.Remove(listener);
            }
        }
    }
}
