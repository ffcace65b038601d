namespace ProcessingJob.Samples;

/// <summary>Options of a command line, <c>--name value</c>; each is asked for once, and what is left over was a mistake.</summary>
sealed class CommandOptions
{
    readonly Dictionary<string, string?> _values = new(StringComparer.Ordinal);

    /// <exception cref="ArgumentException">Something is not an option, or there twice.</exception>
    public CommandOptions(ReadOnlySpan<string> arguments)
    {
        for (var i = 0; i < arguments.Length; i++)
        {
            var name = arguments[i];
            if (!name.StartsWith("--", StringComparison.Ordinal))
            {
                throw new ArgumentException($"'{name}' is not an option; options begin with --.");
            }

            var value = i + 1 < arguments.Length && !arguments[i + 1].StartsWith("--", StringComparison.Ordinal) ? arguments[++i] : null;
            if (!_values.TryAdd(name[2..], value))
            {
                throw new ArgumentException($"{name} is there twice.");
            }
        }
    }

    public bool Flag(string name)
    {
        if (!_values.Remove(name, out var value))
        {
            return false;
        }

        return value is null ? true : throw new ArgumentException($"--{name} takes no value, '{value}' was found.");
    }

    public string? Text(string name) =>
        !_values.Remove(name, out var value) ? null : value ?? throw new ArgumentException($"--{name} needs a value.");

    public int? Number(string name) =>
        Text(name) is not { } text ? null
        : int.TryParse(text, out var number) && number >= 0 ? number
        : throw new ArgumentException($"--{name} '{text}' is not a whole number.");

    public T Choice<T>(string name, T otherwise, params (string Name, T Value)[] choices)
    {
        if (Text(name) is not { } text)
        {
            return otherwise;
        }

        foreach (var (choice, value) in choices)
        {
            if (choice == text)
            {
                return value;
            }
        }

        throw new ArgumentException($"--{name} '{text}' is not one of {string.Join(", ", choices.Select(choice => choice.Name))}.");
    }

    public void RefuseTheRest()
    {
        if (_values.Count > 0)
        {
            throw new ArgumentException($"Unknown option --{_values.Keys.First()}; --help lists what there is.");
        }
    }
}
