using ProcessingJob.Tokenization.Pipeline;

namespace ProcessingJob.Tokenization.Loading;

/// <summary>The post_processor section of tokenizer.json.</summary>
static class PostProcessorReader
{
    public static PostProcessor Read(Json section)
    {
        var trims = new List<OffsetTrim>();
        PostProcessor? layout = null;
        foreach (var step in Steps(section))
        {
            var type = step["type"].Text;
            if (type is "ByteLevel" or "RobertaProcessing" && step["trim_offsets"].Flag(true))
            {
                trims.Add(new OffsetTrim(step["add_prefix_space"].Flag(true)));
            }

            if (type == "ByteLevel")
            {
                continue;
            }

            if (layout != null)
            {
                throw Refusal.Unsupported(step.Where, $"a second layout ({type}) in one post-processor");
            }

            layout = type switch
            {
                "BertProcessing" => Bert(Token(step["cls"]), Token(step["sep"])),
                "RobertaProcessing" => Roberta(Token(step["cls"]), Token(step["sep"])),
                "TemplateProcessing" => Template(step),
                _ => throw Refusal.Unsupported(step.Where, $"post-processor {type}"),
            };
        }

        if (layout == null)
        {
            return PostProcessor.None([.. trims]);
        }

        return new PostProcessor
        {
            Single = layout.Single,
            Pair = layout.Pair,
            Trims = [.. trims],
            Shown = layout.Shown,
        };
    }

    public static PostProcessor Bert((string Text, int Id) cls, (string Text, int Id) sep) =>
        new()
        {
            Single = [PostProcessor.Special(0, cls.Id), PostProcessor.Text(0, 0), PostProcessor.Special(0, sep.Id)],
            Pair =
            [
                PostProcessor.Special(0, cls.Id),
                PostProcessor.Text(0, 0),
                PostProcessor.Special(0, sep.Id),
                PostProcessor.Text(1, 1),
                PostProcessor.Special(1, sep.Id),
            ],
            Shown = $"{cls.Text} A {sep.Text} | {cls.Text} A {sep.Text} B {sep.Text}",
        };

    public static PostProcessor Roberta((string Text, int Id) cls, (string Text, int Id) sep, params OffsetTrim[] trims) =>
        new()
        {
            Single = [PostProcessor.Special(0, cls.Id), PostProcessor.Text(0, 0), PostProcessor.Special(0, sep.Id)],
            Pair =
            [
                PostProcessor.Special(0, cls.Id),
                PostProcessor.Text(0, 0),
                PostProcessor.Special(0, sep.Id, sep.Id),
                PostProcessor.Text(1, 0),
                PostProcessor.Special(0, sep.Id),
            ],
            Trims = trims,
            Shown = $"{cls.Text} A {sep.Text} | {cls.Text} A {sep.Text}{sep.Text} B {sep.Text}",
        };

    static IEnumerable<Json> Steps(Json section)
    {
        if (section.IsNull)
        {
            return [];
        }

        return section["type"].Text == "Sequence" ? section["processors"].Items.SelectMany(Steps) : [section];
    }

    static (string, int) Token(Json pair) =>
        pair.Items.ToArray() is [var text, var id] ? (text.Text, id.Number) : throw pair.Expected("a token and its id");

    static PostProcessor Template(Json step)
    {
        var special = step["special_tokens"].Members.ToDictionary(m => m.Name, m => m.Value["ids"].Items.Select(id => id.Number).ToArray());
        var single = Parts(step["single"], special);
        var pair = Parts(step["pair"], special);
        if (single.Any(part => part.Sequence == 1))
        {
            throw Refusal.Broken(step["single"].Where, "names a second text");
        }

        if (!single.Any(part => part.Sequence == 0))
        {
            throw Refusal.Broken(step["single"].Where, "does not hold the text");
        }

        if (pair.Count(part => part.Sequence == 0) != 1 || pair.Count(part => part.Sequence == 1) != 1)
        {
            throw Refusal.Unsupported(step["pair"].Where, "a template of a pair that does not hold each text once");
        }

        return new PostProcessor
        {
            Single = single,
            Pair = pair,
            Shown = $"{Show(step["single"])} | {Show(step["pair"])}",
        };
    }

    static TemplatePart[] Parts(Json template, Dictionary<string, int[]> special) =>
        [
            .. template.Items.Select(part =>
            {
                if (!part["Sequence"].IsNull)
                {
                    return PostProcessor.Text(part["Sequence"]["id"].Text == "A" ? 0 : 1, Type(part["Sequence"]["type_id"]));
                }
                var id = part["SpecialToken"]["id"].Text;
                if (!special.TryGetValue(id, out var ids))
                {
                    throw Refusal.Broken(part.Where, $"special token {id} is not among special_tokens");
                }
                return PostProcessor.Special(Type(part["SpecialToken"]["type_id"]), ids);
            }),
        ];

    static byte Type(Json type) => type.Number is >= 0 and <= 255 ? (byte)type.Number : throw type.Expected("a type id up to 255");

    static string Show(Json template) =>
        string.Join(' ', template.Items.Select(part => (part["Sequence"].IsNull ? part["SpecialToken"] : part["Sequence"])["id"].Text));
}
