using ProcessingJob.Contract;
using ProcessingJob.Contract.Output;
using ProcessingJob.Models.Onnx;

namespace ProcessingJob.Inference.Devices;

/// <summary>
/// Whether a graph that is not of this library really runs on the device: what ONNX Runtime has no kernel for there falls to the CPU
/// without a word, and takes copies of everything around it along.
/// </summary>
static class PlacementCheck
{
    const string Cure = "fix: compute.model_file: safetensors builds a graph with fused attention, all of it on the device";

    /// <summary>Parts of the names of operators that carry a model's work.</summary>
    static readonly string[] Heavy = ["MatMul", "Gemm", "Attention", "LayerNormalization", "RMSNormalization", "Softmax", "Conv"];

    /// <summary>Of attention scores; a Softmax over fewer dimensions is that of a classifier.</summary>
    const int ScoreRank = 3;

    /// <param name="profile">Of a run on the device.</param>
    /// <param name="graph">As it stands in the file: which nodes read weights.</param>
    /// <param name="provider">The device's.</param>
    /// <param name="file">For messages.</param>
    /// <returns>The counts, and what should be known: attention that is slower than it could be.</returns>
    /// <exception cref="PJobException">Model: the model's work falls to the CPU; the message names the nodes.</exception>
    public static (GraphPlacement Counts, IReadOnlyList<string> Warnings) Check(
        IReadOnlyList<ProfiledNode> profile,
        OnnxNodes graph,
        string provider,
        string file
    )
    {
        var elsewhere = profile.Where(n => n.Provider != provider).ToList();
        var first = graph.All.Where(n => n.Name.Length > 0 && n.Inputs.Count > 0).ToLookup(n => n.Name, n => n.Inputs[0]);
        var fallen = elsewhere.Where(n => IsHeavy(n) || ReadsWeights(n)).ToList();
        if (fallen.Count > 0)
        {
            throw new PJobException(
                $"{file}: {fallen.Count} {(fallen.Count == 1 ? "node" : "nodes")} of the model's work would run on the CPU and "
                    + $"not on {provider}: "
                    + $"{string.Join(", ", fallen.Take(5).Select(n => $"{n.Name} ({n.Operation})"))}"
                    + $"{(fallen.Count > 5 ? ", …" : "")}; {Cure}",
                ExitCode.Model
            );
        }

        var counts = new GraphPlacement
        {
            OnDevice = profile.Count - elsewhere.Count,
            OnCpu = elsewhere.Count,
            Copies = profile.Count(n => n.Operation.StartsWith("Memcpy", StringComparison.Ordinal)),
            FusedAttention = profile.Count(n => AttentionOperators.Contain(n.Operation)),
            UnfusedAttention = profile.Count(n => n.Operation == "Softmax" && n.Inputs.Any(i => i.Rank >= ScoreRank)),
            // The mask is the only input of integers.
            MaskedAttention = profile.Count(n =>
                AttentionOperators.Contain(n.Operation) && n.Inputs.Any(i => i is { Type: "int32", Rank: >= 2 })
            ),
        };
        return (counts, [.. Warnings(counts, file)]);

        // Nodes that the optimizer has made are in no file: floats in their first input are taken for weights.
        bool ReadsWeights(ProfiledNode node) =>
            node.Operation == "Gather"
            && (
                first.Contains(node.Name)
                    ? first[node.Name].Any(graph.Weights.Contains)
                    : node.Inputs is [{ Type: "float" or "float16" or "bfloat16", Rank: >= 2 }, ..]
            );
    }

    static bool IsHeavy(ProfiledNode node) => Heavy.Any(part => node.Operation.Contains(part, StringComparison.Ordinal));

    static IEnumerable<string> Warnings(GraphPlacement counts, string file)
    {
        if (!counts.IsFused)
        {
            yield return $"{file}: attention is not fused ({counts.FusedAttention} attention nodes, {counts.UnfusedAttention} "
                + $"chains around a Softmax), which costs speed and memory; {Cure}";
        }

        if (counts.MaskedAttention > 0)
        {
            yield return $"{file}: {counts.MaskedAttention} attention nodes have a mask of two dimensions, which ONNX Runtime "
                + $"computes unfused on CUDA; {Cure}";
        }
    }
}
