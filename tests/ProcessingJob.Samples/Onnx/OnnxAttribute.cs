namespace ProcessingJob.Samples.Onnx;

/// <summary>A node's attribute.</summary>
/// <param name="Message">An AttributeProto.</param>
readonly record struct OnnxAttribute(ProtoWriter Message)
{
    public static OnnxAttribute Integer(string name, long value) => new(new ProtoWriter().Text(1, name).Integer(3, value).Integer(20, 2));

    public static OnnxAttribute Float(string name, float value) => new(new ProtoWriter().Text(1, name).Float(2, value).Integer(20, 1));

    public static OnnxAttribute Integers(string name, params long[] values)
    {
        var message = new ProtoWriter().Text(1, name);
        foreach (var value in values)
        {
            message.Integer(8, value);
        }

        return new(message.Integer(20, 7));
    }
}
