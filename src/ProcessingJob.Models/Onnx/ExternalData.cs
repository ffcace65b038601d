using ProcessingJob.Contract;

namespace ProcessingJob.Models.Onnx;

/// <summary>
/// External data of an ONNX file may only be a plain file name beside it: no folders, no links, no addresses. Filters of path strings
/// have been got round several times in the field, so the rule is what a location must be, not what it must not contain.
/// </summary>
public static class ExternalData
{
    /// <summary>Full paths of the external files, in the order of their names.</summary>
    /// <exception cref="PJobException">Model: a location that is not a plain file name of a regular file beside the model.</exception>
    public static IReadOnlyList<string> Resolve(string onnxPath, OnnxSummary summary)
    {
        var folder = System.IO.Path.GetDirectoryName(onnxPath)!;
        var files = new List<string>();
        foreach (var location in summary.ExternalLocations.Order(StringComparer.Ordinal))
        {
            if (location.Length is 0 or > 255 || location is "." or ".." || !location.All(IsPlain))
            {
                throw Refuse(onnxPath, location, "is not a plain file name (letters, digits, '.', '_', '-', '+', ' ')");
            }

            var file = new FileInfo(System.IO.Path.Combine(folder, location));
            if (file.LinkTarget is not null)
            {
                throw Refuse(onnxPath, location, "is a link; fix: copy the file itself into the model folder");
            }

            if (!file.Exists)
            {
                throw Refuse(onnxPath, location, "is not there; fix: copy it beside the .onnx file");
            }

            files.Add(file.FullName);
        }

        return files;
    }

    static bool IsPlain(char c) => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-' or '+' or ' ';

    static PJobException Refuse(string onnxPath, string location, string why) =>
        new($"{onnxPath}: its external data '{Printable(location)}' {why}; expected a regular file in the same folder", ExitCode.Model);

    static string Printable(string text) => string.Concat(text.Take(100).Select(c => char.IsControl(c) ? '?' : c));
}
