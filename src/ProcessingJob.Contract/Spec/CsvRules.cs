using ProcessingJob.Contract.Columns;

namespace ProcessingJob.Contract.Spec;

/// <summary>Rules of the keys that say how text files are written.</summary>
static class CsvRules
{
    public static IEnumerable<string> Broken(InputSpec input)
    {
        if (input.Delimiter is { } d && d != "auto" && (!IsCharacter(d) || d == input.Quote || d == input.Escape))
        {
            yield return $"input.delimiter: found '{d}', expected auto, or one ASCII character that is no quote, escape or line break";
        }

        if (input.Quote is not "none" && !IsCharacter(input.Quote))
        {
            yield return $"input.quote: found '{input.Quote}', expected none, or one ASCII character that is no line break";
        }

        if (input.Escape is { } e && !IsCharacter(e))
        {
            yield return $"input.escape: found '{e}', expected one ASCII character that is no line break";
        }

        if (!InputEncodings.Names.Contains(input.Encoding))
        {
            yield return $"input.encoding: found '{input.Encoding}', expected {string.Join(", ", InputEncodings.Names)}";
        }

        if (input.Format != InputFormat.Auto)
        {
            foreach (var fault in Misplaced(input, input.Format))
            {
                yield return fault;
            }
        }

        foreach (var (name, text) in input.Types)
        {
            if ((name == "*" ? InferFault(text) : TypeFault(text)) is { } fault)
            {
                yield return $"input.types.{name}: {fault}";
            }
        }
    }

    /// <summary>Keys that mean nothing in files of a format: whoever sets them expects something of them.</summary>
    public static IEnumerable<string> Misplaced(InputSpec input, InputFormat format)
    {
        var isTable = format is InputFormat.Csv or InputFormat.Tsv;
        if (input.Types.Count > 0 && !isTable && !input.Partitions)
        {
            yield return $"input.types: for csv, tsv and folders (input.partitions); columns of {Names.Of(format)} have the types of "
                + "the file";
        }

        var defaults = new InputSpec();
        (string Key, bool IsSet)[] keys =
        [
            ("delimiter", input.Delimiter is not null),
            ("quote", input.Quote != defaults.Quote),
            ("escape", input.Escape is not null),
        ];
        foreach (var (key, _) in keys.Where(k => k.IsSet && !isTable))
        {
            yield return $"input.{key}: for csv and tsv; files of {Names.Of(format)} have none";
        }

        if (input.Encoding != defaults.Encoding && InputFormats.Of(format).HasTypes)
        {
            yield return $"input.encoding: for text files; texts of {Names.Of(format)} are UTF-8";
        }
    }

    static bool IsCharacter(string text) => text is [> '\0' and <= '\x7F' and not ('\r' or '\n')];

    static string? InferFault(string text) =>
        text == InputSpec.Infer ? null : $"found {text}, expected {InputSpec.Infer}: a type is for one column";

    static string? TypeFault(string text)
    {
        try
        {
            var type = ColumnType.Parse(text);
            if (type is { Kind: TypeKind.Decimal128, Scale: < 0 })
            {
                return $"found {type}, expected a scale of 0 or more";
            }

            return
                type.IsInteger
                || type.Kind
                    is TypeKind.String
                        or TypeKind.Bool
                        or TypeKind.Float32
                        or TypeKind.Float64
                        or TypeKind.Date32
                        or TypeKind.Timestamp
                        or TypeKind.Decimal128
                        or TypeKind.Uuid
                ? null
                : $"found {type}, expected a type of numbers, bool, date32, timestamp, decimal128, uuid or string";
        }
        catch (FormatException e)
        {
            return e.Message;
        }
    }
}
