using ProcessingJob.Contract;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Models.Modules;

namespace ProcessingJob.Models.Folders;

/// <summary>The task that a folder is for, as far as its own files say.</summary>
static class FolderTask
{
    const string Regression = "regression";

    /// <exception cref="PJobException">Model: a file, key or module that is not understood.</exception>
    public static TaskKind Of(string path)
    {
        if (!File.Exists(Path.Combine(path, "modules.json")) && TaskFolders.ByHead(PlainFolder.Read(path)) is { } task)
        {
            return task;
        }

        var folder = SentenceFolder.Open(path);
        return folder.Kind switch
        {
            FolderKind.SentenceTransformer => TaskKind.Embed,
            FolderKind.SparseEncoder => TaskKind.Sparse,
            FolderKind.MultiVectorEncoder => TaskKind.Multivector,
            FolderKind.CrossEncoder => OfScores(folder),
        };
    }

    /// <summary>One score is a ranking's, unless it is a number that the folder says it was trained to predict.</summary>
    static TaskKind OfScores(SentenceFolder folder)
    {
        var transformer = folder.Modules.OfType<TransformerModule>().FirstOrDefault();
        var plain = transformer is null ? null : PlainFolder.Read(transformer.Folder);
        var isNumber = !folder.SaysKind && transformer is not null && ProblemType(transformer.Folder) == Regression;
        return CrossEncoderActivation.Labels(folder.Modules, plain) == 1 && !isNumber ? TaskKind.Rerank : TaskKind.Classify;
    }

    static string? ProblemType(string folder) => ModelConfig.Read(Path.Combine(folder, "config.json")).ProblemType;
}
