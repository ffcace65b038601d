using ProcessingJob.Contract;
using ProcessingJob.Models.Graphs;
using ProcessingJob.Models.Onnx;

namespace ProcessingJob.Models.Folders;

/// <summary>Checks that all inputs of an ONNX file can be fed, before a session is opened over it.</summary>
static class OnnxInputs
{
    static readonly int[] Integers = [(int)ElementType.Int64, (int)ElementType.Int32];
    static readonly int[] Floats = [(int)ElementType.Float32, (int)ElementType.Float16];

    /// <param name="path">The file.</param>
    /// <param name="inputs">Of its graph.</param>
    /// <param name="constants">Values that are the same for every text, by the input's name.</param>
    /// <exception cref="PJobException">Model: an input is unknown, missing, or of a type or shape that cannot be fed.</exception>
    public static void Check(string path, IReadOnlyList<GraphValue> inputs, IReadOnlyDictionary<string, double> constants)
    {
        var unknown = inputs.Select(i => i.Name).Where(name => !IsFed(name, constants)).ToArray();
        if (unknown.Length > 0)
        {
            throw Refuse(
                path,
                $"the graph asks for {string.Join(", ", unknown)}; an encoder of texts has only "
                    + $"{string.Join(", ", ModelInputs.Names)}; fix: where it is a number that is the same for every text, give "
                    + $"it as compute.inputs: {{ {unknown[0]}: … }}"
            );
        }

        if (inputs.All(i => i.Name != ModelInputs.InputIds))
        {
            throw Refuse(path, $"the graph has no input {ModelInputs.InputIds}");
        }

        if (constants.Keys.FirstOrDefault(name => inputs.All(i => i.Name != name)) is { } missing)
        {
            throw Refuse(
                path,
                $"compute.inputs names {missing}, but the graph's inputs are {string.Join(", ", inputs.Select(i => i.Name))}"
            );
        }

        foreach (var input in inputs)
        {
            if (constants.ContainsKey(input.Name))
            {
                CheckConstant(path, input);
            }
            else if (ModelInputs.IsPast(input.Name))
            {
                CheckPast(path, input);
            }
            else
            {
                CheckTokens(path, input);
            }
        }
    }

    static bool IsFed(string name, IReadOnlyDictionary<string, double> constants) =>
        ModelInputs.Names.Contains(name) || ModelInputs.IsPast(name) || constants.ContainsKey(name);

    static void CheckConstant(string path, GraphValue input)
    {
        int[] known = [.. Integers, .. Floats, (int)ElementType.Bool];
        if (!known.Contains(input.ElementType) || input.Dimensions is not ([] or [1] or [-1]))
        {
            throw Refuse(
                path,
                $"compute.inputs: {input.Name} has element type {input.ElementType} and shape {Shape(input)}, expected a number, "
                    + "or one for each text"
            );
        }
    }

    static void CheckPast(string path, GraphValue input)
    {
        if (!Floats.Contains(input.ElementType) || input.Dimensions is not [_, > 0, < 0, > 0])
        {
            throw Refuse(
                path,
                $"{input.Name} has element type {input.ElementType} and shape {Shape(input)}, expected float or float16 and [any, "
                    + "heads, any, size]"
            );
        }
    }

    static void CheckTokens(string path, GraphValue input)
    {
        var isMask = input.Name == ModelInputs.AttentionMask;
        if (!Integers.Contains(input.ElementType) && !(isMask && input.ElementType == (int)ElementType.Float32))
        {
            throw Refuse(path, $"{input.Name} has element type {input.ElementType}, expected int64 or int32{(isMask ? " or float" : "")}");
        }

        if (input.Dimensions.Any(d => d > 0))
        {
            throw Refuse(
                path,
                $"{input.Name} has the fixed shape {Shape(input)}, but batches have any number of rows and any length; fix: "
                    + "export the model with dynamic axes for both"
            );
        }
    }

    static string Shape(GraphValue input) => $"[{string.Join(", ", input.Dimensions.Select(d => d > 0 ? $"{d}" : "any"))}]";

    static PJobException Refuse(string path, string what) => ModelError.Refuse(path, what);
}
