using System.Text.Json;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Data.Columns;
using ProcessingJob.Tokenization;

namespace ProcessingJob.Worker.Tests;

public class TagTaskTests
{
    public static TheoryData<string> Folders => TaskGoldens.Of("hf", "task", "tokcls");

    public static TheoryData<string> Encoders => [.. DerivedGoldens.Encoders.Keys];

    [Theory, MemberData(nameof(Folders))]
    public Task Write_FolderOfTransformers_GivesEveryTokensBestLabel(string name) => CheckAsync(TaskGoldens.Folder("hf", name), 20);

    [Theory, MemberData(nameof(Encoders))]
    public async Task Write_EncoderOfAnotherFamily_GivesEveryTokensBestLabel(string name)
    {
        using var folder = DerivedGoldens.TokenLabels(name);
        Assert.SkipWhen(folder is null, $"{name} stands beside the checkout only");
        await CheckAsync(folder!["model"], 10);
    }

    static async Task CheckAsync(string folder, int least)
    {
        var golden = TaskGoldens.Expected(folder);
        var texts = golden.GetProperty("texts").EnumerateArray().ToArray();
        var spec = new JobSpec
        {
            Task = TaskKind.Tag,
            Input = new() { Text = ["a"], Blank = BlankTexts.Embed },
            Tokens = new() { MaxLength = golden.GetProperty("max_length").GetInt32(), Overflow = Overflow.Reject },
            Tag = new() { Aggregation = TagAggregation.None },
        };
        using var run = await TaskRun.Of(
            spec,
            folder,
            [.. texts.Select(t => JsonSerializer.Serialize(new { a = t.ValueKind == JsonValueKind.String ? t.GetString() : "pair" }))]
        );
        var entities = run.Rows.Get<StructListColumn>("entities");
        var rows = run.Rows.Get<ValueColumn<long>>("source_row");
        var encoder = Tokenizer.Load(folder).CreateEncoder(new() { WithOffsets = true, CodePointOffsets = true });
        var compared = 0;
        for (var i = 0; i < rows.Count; i++)
        {
            var (text, output) = (texts[(int)rows[i]], golden.GetProperty("outputs")[(int)rows[i]]);
            if (text.ValueKind != JsonValueKind.String)
            {
                continue;
            }

            var buffer = new EncodingBuffer();
            encoder.Encode(text.GetString(), buffer);
            var own = Enumerable.Range(0, buffer.Length(0)).Where(t => buffer.SpecialTokensMask(0)[t] == 0).ToList();
            Assert.Equal(own.Count, entities.Length(i));
            foreach (var (token, row) in output.GetProperty("tokens").EnumerateArray().Zip(output.GetProperty("logits").EnumerateArray()))
            {
                var place = own.IndexOf(token.GetInt32());
                if (place < 0)
                {
                    continue;
                }

                var exps = TaskGoldens.Numbers(row).Select(Math.Exp).ToArray();
                var at = entities.StartOf(i) + place;
                Assert.Equal($"L{Array.IndexOf(exps, exps.Max())}", ((StringColumn)entities.Fields[0])[at].ToString());
                Assert.Equal(exps.Max() / exps.Sum(), ((ValueColumn<float>)entities.Fields[1])[at], 1e-4);
                Assert.Equal(buffer.Offsets(0)[own[place]].Start, ((ValueColumn<int>)entities.Fields[2])[at]);
                compared++;
            }
        }

        Assert.True(compared > least);
    }

    [Fact]
    public async Task Write_LongText_ReadsItToItsEndInWindows()
    {
        var folder = TaskGoldens.Folder("hf", "bert-tokcls");
        var text = string.Concat(Enumerable.Repeat("Paris 😀 is the capital of France. ", 30));
        var spec = new JobSpec
        {
            Task = TaskKind.Tag,
            Input = new() { Text = ["a"] },
            Tokens = new() { MaxLength = 24, Stride = 8 },
            Tag = new() { Aggregation = TagAggregation.None },
        };
        using var run = await TaskRun.Of(spec, folder, JsonSerializer.Serialize(new { a = text }));
        var entities = run.Rows.Get<StructListColumn>("entities");
        var buffer = new EncodingBuffer();
        Tokenizer
            .Load(folder)
            .CreateEncoder(
                new()
                {
                    AddSpecialTokens = false,
                    WithOffsets = true,
                    CodePointOffsets = true,
                }
            )
            .Encode(text, buffer);
        // Every token once, whichever window it is taken from.
        Assert.Equal(buffer.Length(0), entities.Length(0));
        var points = text.EnumerateRunes().ToArray();
        for (var t = 0; t < buffer.Length(0); t++)
        {
            var offset = buffer.Offsets(0)[t];
            Assert.Equal(
                (offset.Start, offset.End),
                (((ValueColumn<int>)entities.Fields[2])[t], ((ValueColumn<int>)entities.Fields[3])[t])
            );
            Assert.Equal(string.Concat(points[offset.Start..offset.End]), ((StringColumn)entities.Fields[4])[t].ToString());
        }
    }

    [Theory]
    [InlineData(TagAggregation.Simple, "B-X", "L0, L1, L2, L3, L4")]
    [InlineData(TagAggregation.None, "PER", "L0, L1, L2, L3, L4")]
    public async Task Write_LabelThatTheModelHasNot_IsRefusedWithItsLabels(TagAggregation aggregation, string label, string known)
    {
        var spec = new JobSpec
        {
            Task = TaskKind.Tag,
            Input = new() { Text = ["a"] },
            Tag = new() { Aggregation = aggregation, Labels = [label] },
        };
        var e = await Assert.ThrowsAsync<PJobException>(() => TaskRun.Of(spec, TaskGoldens.Folder("hf", "bert-tokcls"), "{\"a\":\"x\"}"));
        Assert.Equal((ExitCode.BadSpec, true), (e.ExitCode, e.Message.Contains(known, StringComparison.Ordinal)));
    }

    [Fact]
    public void Check_Prompt_IsRefused()
    {
        var e = Assert.Throws<PJobException>(() =>
            SpecRules.Check(
                new JobSpec
                {
                    Task = TaskKind.Tag,
                    Tokens = new() { Prompt = "query: " },
                },
                inContainer: true
            )
        );
        Assert.Contains("task tag labels the text alone", e.Message);
    }
}
