using System.Text.Json;

namespace ProcessingJob.Contract.Output;

/// <summary>Smallest and largest value per dimension, the same for every host of a job.</summary>
/// <param name="Min">One per dimension.</param>
/// <param name="Max">One per dimension.</param>
public sealed record EmbeddingRanges(float[] Min, float[] Max)
{
    /// <summary>Reads <c>{"min":[…],"max":[…]}</c>, or numpy's <c>[[min…],[max…]]</c>.</summary>
    /// <exception cref="PJobException">BadSpec: the file is missing or something else.</exception>
    public static EmbeddingRanges Load(string path)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            var root = document.RootElement;
            var isList = root.ValueKind == JsonValueKind.Array && root.GetArrayLength() == 2;
            var ranges = new EmbeddingRanges(
                Floats(isList ? root[0] : root.GetProperty("min")),
                Floats(isList ? root[1] : root.GetProperty("max"))
            );
            if (ranges.Min.Length != ranges.Max.Length || ranges.Min.Length == 0)
            {
                throw new PJobException(
                    $"{path}: min has {ranges.Min.Length} values and max {ranges.Max.Length}; expected one per dimension in both",
                    ExitCode.BadSpec
                );
            }

            for (var d = 0; d < ranges.Min.Length; d++)
            {
                if (!(ranges.Min[d] <= ranges.Max[d]) || !float.IsFinite(ranges.Min[d]) || !float.IsFinite(ranges.Max[d]))
                {
                    throw new PJobException(
                        $"{path}: dimension {d} goes from {ranges.Min[d]} to {ranges.Max[d]}, expected finite numbers in order",
                        ExitCode.BadSpec
                    );
                }
            }

            return ranges;
        }
        catch (Exception e) when (JsonFault.Is(e))
        {
            throw new PJobException(
                $"{path}: cannot be used as ranges: {JsonFault.Of(e)}; expected {{\"min\":[…],\"max\":[…]}} with one number per dimension",
                ExitCode.BadSpec,
                e
            );
        }

        static float[] Floats(JsonElement list) => [.. list.EnumerateArray().Select(v => v.GetSingle())];
    }

    public void Save(string path) => File.WriteAllBytes(path, JsonSerializer.SerializeToUtf8Bytes(new { min = Min, max = Max }));
}
