using ProcessingJob.Contract;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Models.Modules;

namespace ProcessingJob.Models.Folders;

/// <summary>What a task asks of a model folder.</summary>
/// <param name="Kind">The class of sentence-transformers that the folder must be for; null: the files of that library are not read.</param>
/// <param name="Head">How config.json's architecture ends; null: the task does not go by it.</param>
/// <param name="Route">What it makes of the folder's modules; null: nothing, and <see cref="Fixed"/> holds.</param>
sealed record TaskFolder(FolderKind? Kind, string? Head, Func<SentenceFolder, TextRole, TaskRoute>? Route)
{
    /// <summary>The route that needs no modules.</summary>
    public TaskRoute? Fixed { get; init; }

    /// <summary>How config.json's architecture ends where the task reads labels; null: it reads none.</summary>
    public string? LabelHead { get; init; }

    /// <summary>Refuses what the task cannot use although the modules fit.</summary>
    public Action<string, TaskRoute, ModelConfig>? Check { get; init; }

    /// <summary>In messages: what the folder must be.</summary>
    public string What { get; init; } = "";

    /// <summary>Finds the outputs that the task reads, or refuses the graph; null: that is learned where the graph is run.</summary>
    public Action<ModelFolder, ModelSource>? RequireOutputs { get; init; }
}

/// <summary>The table of tasks that run a model: a new one is a line here.</summary>
static class TaskFolders
{
    const string Classifier = "ForSequenceClassification";

    static readonly Dictionary<TaskKind, TaskFolder> Table = new()
    {
        [TaskKind.Embed] = new(FolderKind.SentenceTransformer, null, EmbedRoute.Of),
        [TaskKind.Sparse] = new(FolderKind.SparseEncoder, null, SparseRoute.Of) { RequireOutputs = RequireSparse },
        [TaskKind.Multivector] = new(FolderKind.MultiVectorEncoder, null, MultivectorRoute.Of)
        {
            RequireOutputs = (m, s) => _ = GraphOutputs.Tokens(m, s),
        },
        [TaskKind.Classify] = new(FolderKind.CrossEncoder, null, ScoreRoute.ForLabels)
        {
            LabelHead = Classifier,
            RequireOutputs = (m, s) => _ = GraphOutputs.Labels(m, s),
        },
        [TaskKind.Rerank] = new(FolderKind.CrossEncoder, null, ScoreRoute.ForRanking)
        {
            Check = RequireOneScore,
            RequireOutputs = (m, s) => GraphOutputs.RequireScore(m, s),
        },
        [TaskKind.Tag] = new(null, "ForTokenClassification", null)
        {
            Fixed = HeadRoute.Tokens,
            LabelHead = "ForTokenClassification",
            What = "a token classifier",
            RequireOutputs = (m, s) => _ = GraphOutputs.TokenLabels(m, s),
        },
        [TaskKind.Answer] = new(null, "ForQuestionAnswering", null)
        {
            Fixed = HeadRoute.Answers,
            What = "a question answerer",
            RequireOutputs = (m, s) => _ = GraphOutputs.Spans(m, s),
        },
        [TaskKind.Tokenize] = new(null, null, null),
    };

    public static TaskFolder Of(TaskKind task) => Table[task];

    /// <summary>The task that a folder without modules.json is for by its architecture; null where that says nothing.</summary>
    public static TaskKind? ByHead(PlainFolder folder)
    {
        foreach (var (task, asked) in Table)
        {
            if (asked.Head is { } head && folder.Is(head))
            {
                return task;
            }
        }

        return null;
    }

    static void RequireSparse(ModelFolder model, ModelSource source)
    {
        if (model.Route is null)
        {
            _ = GraphOutputs.Sparse(model, source);
        }
        else
        {
            _ = GraphOutputs.ForEmbed(model, source, asksPooling: false, leavesOutPrompt: false);
        }
    }

    /// <summary>A ranking is by one number.</summary>
    static void RequireOneScore(string path, TaskRoute route, ModelConfig config)
    {
        if (route is ScoreRoute { Score: null } && !config.Is(Classifier))
        {
            throw HeadTasks.Refusal(PlainFolder.Read(((ScoreRoute)route).Transformer.Folder), TaskKind.Rerank)
                ?? NoLabels(path, TaskKind.Rerank, Classifier);
        }

        var scores = route switch
        {
            EmbedRoute vector => vector.Width,
            ScoreRoute { Score: null } => config.Labels.Count,
            _ => 1,
        };
        if (scores != 1)
        {
            throw ModelError.Refuse(path, $"gives {scores} scores, but task rerank needs one to rank by; fix: task: classify");
        }
    }

    /// <summary>What is said of a folder without the classifier that a task needs.</summary>
    public static PJobException NoLabels(string path, TaskKind task, string head) =>
        new(
            $"{path}: the task is {Names.Of(task)}, but config.json's architectures name no …{head}: the model has no labels; "
                + "fix: task: embed",
            ExitCode.Model
        );
}
