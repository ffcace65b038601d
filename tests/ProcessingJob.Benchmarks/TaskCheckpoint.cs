using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;
using ProcessingJob.Contract.Spec;

namespace ProcessingJob.Benchmarks;

/// <summary>Model folders of MiniLM's shape (6 x 384, vocabulary 30,522) with a task's head and random weights, as safetensors.</summary>
static class TaskCheckpoint
{
    const int Hidden = 384,
        Inner = 1536,
        Layers = 6,
        Positions = 512,
        Vocabulary = 30_522,
        TokenLabels = 9,
        VectorWidth = 128;

    /// <param name="folder">Takes the files.</param>
    /// <param name="task">Tag, Rerank, Sparse or Multivector.</param>
    /// <param name="tokenizer">A folder with a tokenizer of the vocabulary.</param>
    public static void Write(string folder, TaskKind task, string tokenizer)
    {
        Directory.CreateDirectory(folder);
        foreach (var file in (string[])["tokenizer.json", "tokenizer_config.json"])
        {
            File.Copy(Path.Combine(tokenizer, file), Path.Combine(folder, file));
        }

        var architecture = task switch
        {
            TaskKind.Tag => "BertForTokenClassification",
            TaskKind.Rerank => "BertForSequenceClassification",
            TaskKind.Sparse => "BertForMaskedLM",
            _ => "BertModel",
        };
        var labels = task == TaskKind.Tag ? TokenLabels : 1;
        Save(
            Path.Combine(folder, "config.json"),
            new
            {
                architectures = new[] { architecture },
                model_type = "bert",
                hidden_size = Hidden,
                intermediate_size = Inner,
                num_hidden_layers = Layers,
                num_attention_heads = 12,
                max_position_embeddings = Positions,
                vocab_size = Vocabulary,
                type_vocab_size = 2,
                hidden_act = "gelu",
                layer_norm_eps = 1e-12,
                pad_token_id = 0,
                id2label = Enumerable.Range(0, labels).ToDictionary(i => $"{i}", i => $"L{i}"),
            }
        );
        var prefix = task == TaskKind.Multivector ? "" : "bert.";
        WriteTensors(Path.Combine(folder, "model.safetensors"), [.. Encoder(prefix), .. Head(task)]);
        if (task == TaskKind.Multivector)
        {
            WriteColbert(folder);
        }
        else if (task == TaskKind.Sparse)
        {
            Save(Path.Combine(folder, "config_sentence_transformers.json"), new { model_type = "SparseEncoder" });
        }
    }

    static IEnumerable<(string Name, int[] Shape)> Encoder(string prefix)
    {
        yield return ($"{prefix}embeddings.word_embeddings.weight", [Vocabulary, Hidden]);
        yield return ($"{prefix}embeddings.position_embeddings.weight", [Positions, Hidden]);
        yield return ($"{prefix}embeddings.token_type_embeddings.weight", [2, Hidden]);
        foreach (var tensor in Affine($"{prefix}embeddings.LayerNorm", [Hidden]))
        {
            yield return tensor;
        }

        for (var layer = 0; layer < Layers; layer++)
        {
            var at = $"{prefix}encoder.layer.{layer}.";
            (string, int[])[] parts =
            [
                .. Affine(at + "attention.self.query", [Hidden, Hidden]),
                .. Affine(at + "attention.self.key", [Hidden, Hidden]),
                .. Affine(at + "attention.self.value", [Hidden, Hidden]),
                .. Affine(at + "attention.output.dense", [Hidden, Hidden]),
                .. Affine(at + "attention.output.LayerNorm", [Hidden]),
                .. Affine(at + "intermediate.dense", [Inner, Hidden]),
                .. Affine(at + "output.dense", [Hidden, Inner]),
                .. Affine(at + "output.LayerNorm", [Hidden]),
            ];
            foreach (var part in parts)
            {
                yield return part;
            }
        }
    }

    static (string Name, int[] Shape)[] Head(TaskKind task) =>
        task switch
        {
            TaskKind.Tag => Affine("classifier", [TokenLabels, Hidden]),
            TaskKind.Rerank => [.. Affine("bert.pooler.dense", [Hidden, Hidden]), .. Affine("classifier", [1, Hidden])],
            TaskKind.Sparse =>
            [
                .. Affine("cls.predictions.transform.dense", [Hidden, Hidden]),
                .. Affine("cls.predictions.transform.LayerNorm", [Hidden]),
                ("cls.predictions.bias", [Vocabulary]),
            ],
            _ => [],
        };

    static (string Name, int[] Shape)[] Affine(string name, int[] shape) => [(name + ".weight", shape), (name + ".bias", [shape[0]])];

    static void WriteColbert(string folder)
    {
        const string modules = "sentence_transformers.";
        Save(Path.Combine(folder, "config_sentence_transformers.json"), new { model_type = "MultiVectorEncoder" });
        Save(
            Path.Combine(folder, "modules.json"),
            new[]
            {
                new
                {
                    idx = 0,
                    name = "0",
                    path = "",
                    type = modules + "models.Transformer",
                },
                new
                {
                    idx = 1,
                    name = "1",
                    path = "1_Dense",
                    type = modules + "models.Dense",
                },
                new
                {
                    idx = 2,
                    name = "2",
                    path = "2_Normalize",
                    type = modules + "base.modules.normalize.Normalize",
                },
            }
        );
        var dense = Directory.CreateDirectory(Path.Combine(folder, "1_Dense")).FullName;
        Save(
            Path.Combine(dense, "config.json"),
            new
            {
                in_features = Hidden,
                out_features = VectorWidth,
                bias = false,
                activation_function = "torch.nn.modules.linear.Identity",
            }
        );
        WriteTensors(Path.Combine(dense, "model.safetensors"), [("linear.weight", [VectorWidth, Hidden])]);
        var normalize = Directory.CreateDirectory(Path.Combine(folder, "2_Normalize")).FullName;
        Save(Path.Combine(normalize, "config.json"), new { module_input_name = "token_embeddings" });
    }

    static void Save<T>(string path, T value) => File.WriteAllBytes(path, JsonSerializer.SerializeToUtf8Bytes(value));

    static void WriteTensors(string path, (string Name, int[] Shape)[] tensors)
    {
        var (header, offset) = (new Dictionary<string, object>(), 0L);
        foreach (var (name, shape) in tensors)
        {
            var bytes = shape.Aggregate(4L, (n, d) => n * d);
            header[name] = new
            {
                dtype = "F32",
                shape,
                data_offsets = new[] { offset, offset + bytes },
            };
            offset += bytes;
        }

        var json = JsonSerializer.SerializeToUtf8Bytes(header);
        var length = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, json.Length);
        using var file = File.Create(path);
        file.Write(length);
        file.Write(json);
        var random = new Random(1);
        foreach (var (_, shape) in tensors)
        {
            var values = new float[shape.Aggregate(1, (n, d) => n * d)];
            for (var i = 0; i < values.Length; i++)
            {
                values[i] = (random.NextSingle() - 0.5f) * 0.1f;
            }

            file.Write(MemoryMarshal.AsBytes(values.AsSpan()));
        }
    }
}
