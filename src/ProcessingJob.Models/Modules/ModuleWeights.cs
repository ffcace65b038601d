using System.Runtime.InteropServices;
using ProcessingJob.Models.Weights;

namespace ProcessingJob.Models.Modules;

/// <summary>Tensors of a module, checked and copied.</summary>
sealed unsafe class ModuleWeights(Checkpoint checkpoint)
{
    public bool Has(string name) => checkpoint.Has(name);

    public bool IsHalf(string name) => checkpoint.Get(name).Type == WeightType.F16;

    /// <summary>A float tensor of exactly this shape.</summary>
    public float[] Floats(string name, params ReadOnlySpan<int> shape)
    {
        var tensor = checkpoint.Get(name);
        if (tensor.Shape.Count == shape.Length)
        {
            var axis = 0;
            while (axis < shape.Length && tensor.Shape[axis] == shape[axis])
            {
                axis++;
            }

            if (axis == shape.Length)
            {
                return tensor.ToFloats();
            }
        }

        throw ModelError.Refuse(tensor.File, $"expected {name} of shape [{string.Join(", ", shape.ToArray())}], found {tensor.ShapeText}");
    }

    /// <summary>A float vector of any length.</summary>
    public float[] Vector(string name)
    {
        var tensor = checkpoint.Get(name);
        return tensor.Shape.Count == 1 ? tensor.ToFloats() : throw tensor.Refuse($"has the shape {tensor.ShapeText}, expected one axis");
    }

    /// <summary>A float matrix of any size.</summary>
    public (float[] Values, int Rows, int Columns) Matrix(string name)
    {
        var tensor = checkpoint.Get(name);
        return tensor.Shape is [> 0 and <= int.MaxValue and var rows, > 0 and <= int.MaxValue and var columns]
            ? (tensor.ToFloats(), (int)rows, (int)columns)
            : throw tensor.Refuse($"has the shape {tensor.ShapeText}, expected a matrix");
    }

    /// <summary>A vector of indices from 0 to one less than the limit.</summary>
    public int[] Indices(string name, int limit)
    {
        var tensor = checkpoint.Get(name);
        if (tensor.Shape is not [<= int.MaxValue and var count] || tensor.Type is not (WeightType.I64 or WeightType.I32))
        {
            throw tensor.Refuse($"is {tensor.Type} {tensor.ShapeText}, expected a vector of I64 or I32");
        }

        var bytes = new ReadOnlySpan<byte>((void*)tensor.Address, (int)count * tensor.Type.Size());
        var wide =
            tensor.Type == WeightType.I64
                ? MemoryMarshal.Cast<byte, long>(bytes).ToArray()
                : Array.ConvertAll(MemoryMarshal.Cast<byte, int>(bytes).ToArray(), v => (long)v);
        return Array.ConvertAll(wide, v => v >= 0 && v < limit ? (int)v : throw tensor.Refuse($"holds {v}, expected 0 to {limit - 1}"));
    }

    /// <summary>Marks a tensor as known that is not needed for inference.</summary>
    public void Ignore(string name)
    {
        if (checkpoint.Has(name))
        {
            checkpoint.Get(name);
        }
    }
}
