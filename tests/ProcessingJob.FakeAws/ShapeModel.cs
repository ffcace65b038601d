using System.Globalization;
using System.IO.Compression;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace ProcessingJob.FakeAws;

/// <summary>
/// Checks requests against a service model: types, required and unknown members, lengths, ranges, patterns and enums. Reads the
/// models beside this file and, where a Python botocore is installed, AWS's own in the same form.
/// </summary>
public sealed class ShapeModel
{
    readonly JsonElement _operations,
        _shapes;

    ShapeModel(Stream json)
    {
        using var document = JsonDocument.Parse(json);
        var root = document.RootElement.Clone();
        (_operations, _shapes) = (root.GetProperty("operations"), root.GetProperty("shapes"));
    }

    /// <summary>Our own model of a service: "sagemaker", "logs", "service-quotas".</summary>
    public static ShapeModel Own(string service) =>
        new(
            typeof(ShapeModel).Assembly.GetManifestResourceStream(service + ".json")
                ?? throw new ArgumentException($"no model of {service}", nameof(service))
        );

    /// <summary>AWS's model from an installed botocore; null where there is none.</summary>
    public static ShapeModel? Botocore(string service)
    {
        if (BotocoreData() is not { } data || !Directory.Exists(Path.Combine(data, service)))
        {
            return null;
        }

        var version = Directory.EnumerateDirectories(Path.Combine(data, service)).Order(StringComparer.Ordinal).Last();
        var file = Path.Combine(version, "service-2.json");
        if (File.Exists(file))
        {
            using var plain = File.OpenRead(file);
            return new ShapeModel(plain);
        }
        if (!File.Exists(file + ".gz"))
        {
            return null;
        }

        using var packed = new GZipStream(File.OpenRead(file + ".gz"), CompressionMode.Decompress);
        return new ShapeModel(packed);
    }

    /// <summary>Whether a structure has a member: an installed botocore may be older than what it is asked about.</summary>
    public bool Knows(string shape, string member) =>
        _shapes.TryGetProperty(shape, out var found) && found.GetProperty("members").TryGetProperty(member, out _);

    /// <summary>Faults of a request in the service's own words; empty when it fits.</summary>
    public IReadOnlyList<string> Check(string operation, JsonElement request)
    {
        var faults = new List<string>();
        if (_operations.TryGetProperty(operation, out var o))
        {
            Check(o.GetProperty("input").GetProperty("shape").GetString()!, request, "", faults);
        }
        else
        {
            faults.Add($"unknown operation {operation}");
        }

        return faults;
    }

    /// <summary>The words of an enum.</summary>
    public IEnumerable<string> Words(string shapeName) =>
        _shapes.GetProperty(shapeName).GetProperty("enum").EnumerateArray().Select(w => w.GetString()!);

    void Check(string shapeName, JsonElement value, string at, List<string> faults)
    {
        var shape = _shapes.GetProperty(shapeName);
        switch (shape.GetProperty("type").GetString())
        {
            case "structure":
                CheckStructure(shape, value, at, faults);
                break;
            case "list":
                CheckList(shape, value, at, faults);
                break;
            case "map":
                CheckMap(shape, value, at, faults);
                break;
            case "string":
                CheckString(shape, value, at, faults);
                break;
            case "boolean":
                Want(value.ValueKind is JsonValueKind.True or JsonValueKind.False, "a boolean", value, at, faults);
                break;
            default:
                CheckNumber(shape, value, at, faults);
                break;
        }
    }

    void CheckStructure(JsonElement shape, JsonElement value, string at, List<string> faults)
    {
        if (!Want(value.ValueKind == JsonValueKind.Object, "a structure", value, at, faults))
        {
            return;
        }

        var members = shape.GetProperty("members");
        foreach (var member in value.EnumerateObject())
        {
            var path = at.Length == 0 ? member.Name : $"{at}.{member.Name}";
            if (!members.TryGetProperty(member.Name, out var known))
            {
                faults.Add($"unknown member '{path}'");
            }
            else
            {
                Check(known.GetProperty("shape").GetString()!, member.Value, path, faults);
            }
        }
        if (!shape.TryGetProperty("required", out var required))
        {
            return;
        }

        foreach (var name in required.EnumerateArray())
        {
            if (!value.TryGetProperty(name.GetString()!, out _))
            {
                faults.Add(
                    $"Value null at '{(at.Length == 0 ? "" : at + ".")}{name}' failed to satisfy constraint: Member must not be null"
                );
            }
        }
    }

    void CheckList(JsonElement shape, JsonElement value, string at, List<string> faults)
    {
        if (!Want(value.ValueKind == JsonValueKind.Array, "a list", value, at, faults))
        {
            return;
        }

        CheckBounds(shape, value.GetArrayLength(), "length", at, faults);
        var member = shape.GetProperty("member").GetProperty("shape").GetString()!;
        var i = 0;
        foreach (var item in value.EnumerateArray())
        {
            Check(member, item, $"{at}.{++i}.member", faults);
        }
    }

    void CheckMap(JsonElement shape, JsonElement value, string at, List<string> faults)
    {
        if (!Want(value.ValueKind == JsonValueKind.Object, "a map", value, at, faults))
        {
            return;
        }

        CheckBounds(shape, value.EnumerateObject().Count(), "length", at, faults);
        foreach (var entry in value.EnumerateObject())
        {
            using var key = JsonDocument.Parse(JsonSerializer.Serialize(entry.Name));
            Check(shape.GetProperty("key").GetProperty("shape").GetString()!, key.RootElement, at + ".key", faults);
            Check(shape.GetProperty("value").GetProperty("shape").GetString()!, entry.Value, $"{at}.{entry.Name}", faults);
        }
    }

    static void CheckString(JsonElement shape, JsonElement value, string at, List<string> faults)
    {
        if (!Want(value.ValueKind == JsonValueKind.String, "a string", value, at, faults))
        {
            return;
        }

        var text = value.GetString()!;
        CheckBounds(shape, text.Length, "length", at, faults);
        if (shape.TryGetProperty("pattern", out var pattern) && !Regex.IsMatch(text, $@"^(?:{pattern.GetString()})\z"))
        {
            faults.Add($"Value '{text}' at '{at}' failed to satisfy constraint: Member must satisfy regular expression pattern: {pattern}");
        }

        if (shape.TryGetProperty("enum", out var words) && !words.EnumerateArray().Any(w => w.GetString() == text))
        {
            faults.Add(
                $"Value '{text}' at '{at}' failed to satisfy constraint: Member must satisfy enum value set: "
                    + $"[{string.Join(", ", words.EnumerateArray().Take(8))}]"
            );
        }
    }

    static void CheckNumber(JsonElement shape, JsonElement value, string at, List<string> faults)
    {
        if (Want(value.ValueKind == JsonValueKind.Number, "a number", value, at, faults))
        {
            CheckBounds(shape, value.GetDouble(), "value", at, faults);
        }
    }

    static void CheckBounds(JsonElement shape, double found, string what, string at, List<string> faults)
    {
        if (shape.TryGetProperty("min", out var min) && found < min.GetDouble())
        {
            faults.Add($"Value at '{at}' failed to satisfy constraint: Member must have {what} greater than or equal to {min}");
        }

        if (shape.TryGetProperty("max", out var max) && found > max.GetDouble())
        {
            faults.Add(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"Value at '{at}' failed to satisfy constraint: Member must have {what} less than or equal to {max}"
                )
            );
        }
    }

    static bool Want(bool holds, string expected, JsonElement value, string at, List<string> faults)
    {
        if (!holds)
        {
            faults.Add($"Value at '{at}' is {value.ValueKind}, expected {expected}");
        }

        return holds;
    }

    /// <summary>The data folder of a botocore from Debian's package or from the first python3 of the path.</summary>
    static string? BotocoreData()
    {
        const string debian = "/usr/lib/python3/dist-packages/botocore/data";
        if (Directory.Exists(debian))
        {
            return debian;
        }

        try
        {
            var start = new System.Diagnostics.ProcessStartInfo("python3") { RedirectStandardOutput = true, RedirectStandardError = true };
            start.ArgumentList.Add("-c");
            start.ArgumentList.Add("import botocore,os;print(os.path.join(os.path.dirname(botocore.__file__),'data'))");
            using var python = System.Diagnostics.Process.Start(start)!;
            var path = python.StandardOutput.ReadToEnd().Trim();
            python.WaitForExit();
            return python.ExitCode == 0 && Directory.Exists(path) ? path : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}
