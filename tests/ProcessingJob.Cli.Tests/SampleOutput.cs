using ProcessingJob.Contract;
using ProcessingJob.Contract.Columns;
using ProcessingJob.Contract.Output;
using ProcessingJob.Contract.Plan;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Data.Columns;
using ProcessingJob.Data.Writing;
using ProcessingJob.Inference.Heads;
using ProcessingJob.Storage;
using ProcessingJob.Testing;

namespace ProcessingJob.Cli.Tests;

/// <summary>A finished embed job of two groups of vectors, written by the worker's own writer.</summary>
static class SampleOutput
{
    public const string Hostile = "<script>alert('x')</script> \"quoted\" & </pre><img src=x onerror=alert(1)> \u0001 end";
    public const int Rows = 60,
        Width = 8;

    /// <summary>Row i: rating 1 and near the first axis when even, rating 5 and near the second when odd.</summary>
    public static float[] Vector(int row)
    {
        var random = new Random(row);
        var vector = new float[Width];
        for (var i = 0; i < Width; i++)
        {
            vector[i] = 0.1f * (random.NextSingle() - 0.5f);
        }

        vector[row % 2] += 1;
        return vector;
    }

    public static async Task WriteAsync(
        string folder,
        OutputFormat format = OutputFormat.Parquet,
        EmbeddingPrecision precision = EmbeddingPrecision.Float32,
        string? rangesFile = null,
        string model = "./model",
        OutputCompression compression = OutputCompression.Snappy
    )
    {
        var spec = new JobSpec
        {
            Name = "sample <b>job</b>",
            Model = model,
            Input = new()
            {
                Data = "./reviews",
                Text = ["text"],
                Id = "id",
                Keep = ["rating", "text"],
            },
            Embed = new() { Precision = precision, Ranges = rangesFile },
            Output = new()
            {
                Data = folder,
                Format = format,
                Compression = compression,
            },
        };
        var unit = WorkUnit.Create("reviews.csv", InputFormat.Csv, 0, 100, 100, "v", "s", "m");
        OutputColumn[] columns =
        [
            new("id", ColumnKind.String),
            new("rating", ColumnKind.Int64, Nullable: true),
            new("text", ColumnKind.String),
            new("embedding", Kind(precision)),
            new("token_count", ColumnKind.Int32),
            new("truncated", ColumnKind.Bool),
            new("source_file", ColumnKind.String),
            new("source_row", ColumnKind.Int64),
        ];
        var store = new LocalStore(folder, folder + ".staging");
        await store.ProbeAsync(default);
        await using var writer = new UnitWriter(
            store,
            unit,
            columns,
            new WriteOptions
            {
                Format = format,
                Compression = compression,
                RowsPerPart = 25,
                SpecFingerprint = "aa",
                ModelFingerprint = "bb",
            }
        );
        using var block = new ColumnBlock(columns);
        for (var row = 0; row < Rows; row++)
        {
            Append(block, row, precision, rangesFile is null ? null : EmbeddingRanges.Load(rangesFile));
        }

        await writer.WriteAsync(block);
        await writer.RejectAsync(new("reviews.csv", 60, 99, RejectReason.BadRecord, "found 3 fields <i>, expected 4", Hostile));
        var record = await writer.CommitAsync(new(Rows + 1, Rows, 600, 3));
        var manifest = new Manifest
        {
            Job = "sample <b>job</b>-1",
            FinishedAt = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero),
            Spec = SpecWriter.ToJson(spec),
            SpecFingerprint = "aa",
            ModelFingerprint = "bb",
            DataFingerprint = "cc",
            RowsIn = Rows + 1,
            RowsKept = Rows,
            RowsOut = Rows,
            RejectedRows = 1,
            Rejects = record.Rejects,
            Tokens = 600,
            Truncated = 3,
            Units = 1,
            Parts = record.Parts,
            RejectFiles = [record.RejectFile!],
            Hosts = ["algo-1", "algo-2"],
            Warnings = [new("pooling_guessed", "no <file> says how to pool")],
        };
        File.WriteAllBytes(Path.Combine(folder, OutputLayout.Manifest), ContractJson.Write(manifest));
        Directory.CreateDirectory(Path.Combine(folder, "_reports"));
        foreach (var (rank, host) in manifest.Hosts.Index())
        {
            File.WriteAllBytes(Path.Combine(folder, OutputLayout.Report(host)), ContractJson.Write(Report(host, rank)));
        }
    }

    static void Append(ColumnBlock block, int row, EmbeddingPrecision precision, EmbeddingRanges? ranges)
    {
        block.Get<StringColumn>("id").Append($"r{row}");
        if (row == 7)
        {
            block.Get<ValueColumn<long>>("rating").AppendNull();
        }
        else
        {
            block.Get<ValueColumn<long>>("rating").Append(row % 2 == 0 ? 1 : 5);
        }

        block.Get<StringColumn>("text").Append(row == 3 ? Hostile : $"text {row}");
        switch (precision)
        {
            case EmbeddingPrecision.Float32 or EmbeddingPrecision.Float16:
                block.Get<ListColumn<float>>("embedding").Append(Vector(row));
                break;
            case EmbeddingPrecision.Int8 or EmbeddingPrecision.Binary:
                var signed = new sbyte[precision == EmbeddingPrecision.Int8 ? Width : Width / 8];
                Quantizer.Create(precision, Width, ranges).Quantize(Vector(row), signed);
                block.Get<ListColumn<sbyte>>("embedding").Append(signed);
                break;
            default:
                var unsigned = new byte[precision == EmbeddingPrecision.Uint8 ? Width : Width / 8];
                Quantizer.Create(precision, Width, ranges).Quantize(Vector(row), unsigned);
                block.Get<ListColumn<byte>>("embedding").Append(unsigned);
                break;
        }
        block.Get<ValueColumn<int>>("token_count").Append(10);
        block.Get<ValueColumn<bool>>("truncated").Append(false);
        block.Get<StringColumn>("source_file").Append("reviews.csv");
        block.Get<ValueColumn<long>>("source_row").Append(row);
    }

    static ColumnKind Kind(EmbeddingPrecision precision) =>
        precision switch
        {
            EmbeddingPrecision.Float32 => ColumnKind.ListFloat,
            EmbeddingPrecision.Float16 => ColumnKind.ListFloat16,
            EmbeddingPrecision.Int8 or EmbeddingPrecision.Binary => ColumnKind.ListInt8,
            _ => ColumnKind.ListUInt8,
        };

    static HostReport Report(string host, int rank) =>
        new()
        {
            Host = host,
            Rank = rank,
            Status = "done",
            Device = "cpu",
            DeviceReason = "no GPU found",
            UnitsDone = 1,
            RowsIn = 31,
            RowsOut = 30,
            Tokens = 300,
            RealTokens = 300,
            PaddedTokens = 330,
            DuplicateRows = 7,
            Halvings = 2,
            Truncated = 1,
            BusySeconds = 12.5,
            DeviceUtilisation = 0.93,
            MaxLength = 64,
            LengthBucket = 8,
            PeakMemoryBytes = 300 << 20,
            Stages = [new("read", 1, 1, 0, 9), new("tokenize", 2, 6, 10, 4), new("finish", 1, 1, 9, 0), new("write", 1, 2, 8, 0)],
            Throughput =
            [
                .. Enumerable.Range(0, 40).Select(i => new ThroughputPoint(i * 0.3, i, (long)(i * (100 + 10 * rank) + 60 * Math.Sin(i)))),
            ],
            Lengths = [2, 9, 14, 12, 8, 4, 2, 1, 3],
        };

    /// <summary>A ranges file for <see cref="Vector"/>.</summary>
    public static string WriteRanges(TempFolder folder)
    {
        var collector = new RangesCollector(Width);
        for (var row = 0; row < Rows; row++)
        {
            collector.Add(Vector(row));
        }

        var path = folder["ranges.json"];
        collector.ToRanges().Save(path);
        return path;
    }
}
