using ProcessingJob.Contract;

namespace ProcessingJob.Models.Modules;

static class ModuleFolders
{
    /// <summary>A module's folder, which must lie inside: its path is what other people wrote.</summary>
    /// <exception cref="PJobException">Model: it leads out of the folder.</exception>
    public static string Inside(string file, string folder, string relative) =>
        Path.IsPathRooted(relative) || relative.Split('/', '\\').Contains("..") || relative.Contains('\0')
            ? throw ModelError.Refuse(file, $"the module path '{relative}' leads out of the model folder")
        : relative is "" or "." ? folder
        : Path.Combine(folder, relative);
}
