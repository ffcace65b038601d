namespace ProcessingJob.Models.Onnx;

/// <summary>
/// Field numbers and enumerated values of ONNX's messages: onnx.proto3 of ONNX 1.16 (github.com/onnx/onnx/blob/v1.16.0/onnx/onnx.proto3).
/// </summary>
static class OnnxFields
{
    public const int ModelIrVersion = 1;
    public const int ModelProducer = 2;
    public const int ModelGraph = 7;
    public const int ModelOpsets = 8;
    public const int ModelTraining = 20;
    public const int ModelFunctions = 25;

    public const int OpsetDomain = 1;
    public const int OpsetVersion = 2;

    public const int TrainingInitialization = 1;
    public const int TrainingAlgorithm = 2;

    public const int FunctionNodes = 7;
    public const int FunctionAttributes = 11;

    public const int GraphNodes = 1;
    public const int GraphName = 2;
    public const int GraphInitializers = 5;
    public const int GraphInputs = 11;
    public const int GraphOutputs = 12;
    public const int GraphSparseInitializers = 15;

    public const int NodeInputs = 1;
    public const int NodeOutputs = 2;
    public const int NodeName = 3;
    public const int NodeOperation = 4;
    public const int NodeAttributes = 5;
    public const int NodeDomain = 7;

    public const int AttributeName = 1;
    public const int AttributeFloat = 2;
    public const int AttributeInteger = 3;
    public const int AttributeString = 4;
    public const int AttributeTensor = 5;
    public const int AttributeGraph = 6;
    public const int AttributeFloats = 7;
    public const int AttributeIntegers = 8;
    public const int AttributeTensors = 10;
    public const int AttributeGraphs = 11;
    public const int AttributeType = 20;
    public const int AttributeSparseTensor = 22;
    public const int AttributeSparseTensors = 23;

    public const int TypeFloat = 1;
    public const int TypeInteger = 2;
    public const int TypeString = 3;
    public const int TypeIntegers = 7;

    public const int TensorDimensions = 1;
    public const int TensorElementType = 2;
    public const int TensorName = 8;
    public const int TensorRaw = 9;
    public const int TensorExternal = 13;
    public const int TensorLocation = 14;
    public const int LocationExternal = 1;

    public const int SparseValues = 1;
    public const int SparseIndices = 2;

    public const int EntryKey = 1;
    public const int EntryValue = 2;

    public const int ValueName = 1;
    public const int ValueKind = 2;
    public const int TypeOfTensor = 1;
    public const int TensorTypeElement = 1;
    public const int TensorTypeShape = 2;
    public const int ShapeDimensions = 1;
    public const int DimensionValue = 1;
    public const int DimensionSymbol = 2;

    public const int ElementFloat = 1;
    public const int ElementFloat16 = 10;
    public const int ElementBfloat16 = 16;

    public static bool IsFloat(int elementType) => elementType is ElementFloat or ElementFloat16 or ElementBfloat16;
}
