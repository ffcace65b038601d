using System.Collections.Immutable;
using System.Reflection.Emit;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace ProcessingJob.EndToEnd.Tests;

/// <summary>The types of a compiled assembly and which of its namespaces name which: in bases, signatures and method bodies.</summary>
sealed class CompiledTypes : IDisposable
{
    static readonly Dictionary<int, OperandType> Operands = typeof(OpCodes)
        .GetFields()
        .Select(f => (OpCode)f.GetValue(null)!)
        .ToDictionary(o => o.Value & 0xFFFF, o => o.OperandType);

    readonly PEReader _file;
    readonly MetadataReader _reader;
    readonly Dictionary<string, HashSet<string>> _uses = [];

    public CompiledTypes(string path)
    {
        _file = new PEReader(File.OpenRead(path));
        _reader = _file.GetMetadataReader();
        foreach (var handle in _reader.TypeDefinitions)
        {
            Read(handle);
        }
    }

    /// <summary>Names of the types that are not nested and not the compiler's.</summary>
    public IEnumerable<string> Names =>
        _reader
            .TypeDefinitions.Where(t => IsOurs(NamespaceOf(t)))
            .Select(_reader.GetTypeDefinition)
            .Where(t => !t.IsNested)
            .Select(t => _reader.GetString(t.Name))
            .Where(n => !n.Contains('<'));

    /// <summary>Namespace to the other namespaces of this assembly that it names.</summary>
    public IReadOnlyDictionary<string, HashSet<string>> Uses => _uses;

    /// <summary>The first way found from a namespace through others back to it; null: there is none.</summary>
    public IReadOnlyList<string>? FindCycle()
    {
        var done = new HashSet<string>();
        foreach (var start in _uses.Keys.Order(StringComparer.Ordinal))
        {
            var way = new List<string>();
            if (Walk(start, way, done))
            {
                return way;
            }
        }

        return null;
    }

    public void Dispose() => _file.Dispose();

    bool Walk(string at, List<string> way, HashSet<string> done)
    {
        if (way.IndexOf(at) is >= 0 and var begin)
        {
            way.RemoveRange(0, begin);
            way.Add(at);
            return true;
        }

        if (done.Contains(at))
        {
            return false;
        }

        way.Add(at);
        foreach (var next in _uses.GetValueOrDefault(at, []).Order(StringComparer.Ordinal))
        {
            if (Walk(next, way, done))
            {
                return true;
            }
        }

        way.RemoveAt(way.Count - 1);
        done.Add(at);
        return false;
    }

    void Read(TypeDefinitionHandle handle)
    {
        var own = NamespaceOf(handle);
        if (!IsOurs(own))
        {
            return;
        }

        var named = new Collector(this, own);
        var type = _reader.GetTypeDefinition(handle);
        named.Add(type.BaseType);
        foreach (var implemented in type.GetInterfaceImplementations())
        {
            named.Add(_reader.GetInterfaceImplementation(implemented).Interface);
        }

        foreach (var field in type.GetFields())
        {
            _reader.GetFieldDefinition(field).DecodeSignature(named, null);
        }

        foreach (var method in type.GetMethods())
        {
            var definition = _reader.GetMethodDefinition(method);
            definition.DecodeSignature(named, null);
            if (definition.RelativeVirtualAddress != 0)
            {
                ReadBody(_file.GetMethodBody(definition.RelativeVirtualAddress), named);
            }
        }
    }

    void ReadBody(MethodBodyBlock body, Collector named)
    {
        if (!body.LocalSignature.IsNil)
        {
            _reader.GetStandaloneSignature(body.LocalSignature).DecodeLocalSignature(named, null);
        }

        var code = body.GetILReader();
        while (code.RemainingBytes > 0)
        {
            var value = (int)code.ReadByte();
            if (value == 0xFE)
            {
                value = 0xFE00 | code.ReadByte();
            }

            switch (Operands[value])
            {
                case OperandType.InlineNone:
                    break;
                case OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar:
                    code.ReadByte();
                    break;
                case OperandType.InlineVar:
                    code.ReadInt16();
                    break;
                case OperandType.InlineI8 or OperandType.InlineR:
                    code.ReadInt64();
                    break;
                case OperandType.InlineSwitch:
                    code.Offset += 4 * code.ReadInt32();
                    break;
                case OperandType.InlineField or OperandType.InlineMethod or OperandType.InlineTok or OperandType.InlineType:
                    named.Add(System.Reflection.Metadata.Ecma335.MetadataTokens.EntityHandle(code.ReadInt32()));
                    break;
                default:
                    code.ReadInt32();
                    break;
            }
        }
    }

    static bool IsOurs(string name) => name.StartsWith("ProcessingJob", StringComparison.Ordinal);

    string NamespaceOf(TypeDefinitionHandle handle)
    {
        var type = _reader.GetTypeDefinition(handle);
        return type.IsNested ? NamespaceOf(type.GetDeclaringType()) : _reader.GetString(type.Namespace);
    }

    /// <summary>Notes the namespaces of all types that it meets.</summary>
    sealed class Collector(CompiledTypes types, string own) : ISignatureTypeProvider<bool, object?>
    {
        readonly MetadataReader _reader = types._reader;

        public void Add(EntityHandle handle)
        {
            if (handle.IsNil)
            {
                return;
            }

            switch (handle.Kind)
            {
                case HandleKind.TypeDefinition:
                    Note((TypeDefinitionHandle)handle);
                    break;
                case HandleKind.TypeSpecification:
                    _reader.GetTypeSpecification((TypeSpecificationHandle)handle).DecodeSignature(this, null);
                    break;
                case HandleKind.FieldDefinition:
                    Note(_reader.GetFieldDefinition((FieldDefinitionHandle)handle).GetDeclaringType());
                    break;
                case HandleKind.MethodDefinition:
                    Note(_reader.GetMethodDefinition((MethodDefinitionHandle)handle).GetDeclaringType());
                    break;
                case HandleKind.MemberReference:
                    Add(_reader.GetMemberReference((MemberReferenceHandle)handle).Parent);
                    break;
                case HandleKind.MethodSpecification:
                    var method = _reader.GetMethodSpecification((MethodSpecificationHandle)handle);
                    Add(method.Method);
                    method.DecodeSignature(this, null);
                    break;
            }
        }

        bool Note(TypeDefinitionHandle handle)
        {
            var other = types.NamespaceOf(handle);
            if (other != own && IsOurs(other))
            {
                if (!types._uses.TryGetValue(own, out var uses))
                {
                    types._uses[own] = uses = [];
                }

                uses.Add(other);
            }

            return true;
        }

        public bool GetTypeFromDefinition(MetadataReader reader, TypeDefinitionHandle handle, byte rawTypeKind) => Note(handle);

        public bool GetTypeFromSpecification(
            MetadataReader reader,
            object? genericContext,
            TypeSpecificationHandle handle,
            byte rawTypeKind
        ) => reader.GetTypeSpecification(handle).DecodeSignature(this, genericContext);

        public bool GetArrayType(bool elementType, ArrayShape shape) => true;

        public bool GetByReferenceType(bool elementType) => true;

        public bool GetFunctionPointerType(MethodSignature<bool> signature) => true;

        public bool GetGenericInstantiation(bool genericType, ImmutableArray<bool> typeArguments) => true;

        public bool GetGenericMethodParameter(object? genericContext, int index) => true;

        public bool GetGenericTypeParameter(object? genericContext, int index) => true;

        public bool GetModifiedType(bool modifier, bool unmodifiedType, bool isRequired) => true;

        public bool GetPinnedType(bool elementType) => true;

        public bool GetPointerType(bool elementType) => true;

        public bool GetPrimitiveType(PrimitiveTypeCode typeCode) => true;

        public bool GetSZArrayType(bool elementType) => true;

        public bool GetTypeFromReference(MetadataReader reader, TypeReferenceHandle handle, byte rawTypeKind) => true;
    }
}
