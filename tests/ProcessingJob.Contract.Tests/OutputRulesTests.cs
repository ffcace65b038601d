using ProcessingJob.Contract.Spec;

namespace ProcessingJob.Contract.Tests;

public sealed class OutputRulesTests
{
    [Theory]
    [InlineData("output: { names: { embeding: v } }", "output.names: found embeding, expected a column of task embed: embedding")]
    [InlineData("output: { names: { token_count: n } }", "output.names: found token_count, expected a column of task embed")]
    [InlineData(
        "output: { names: { embedding: source_row } }",
        "two columns would be called source_row: of task embed and of every output"
    )]
    [InlineData("output: { names: { embedding: id } }", "two columns would be called id: of task embed and of input.id")]
    [InlineData("output: { names: { embedding: stars } }", "two columns would be called stars: of task embed and of input.keep")]
    [InlineData("output: { names: { embedding: ' ' } }", "found ' ' for embedding, expected a name for a column")]
    [InlineData("tokens: { overflow: window }\noutput: { names: { embedding: start } }", "of task embed and of tokens.overflow: window")]
    [InlineData("output: { vector: fixed_size_list, format: jsonl }", "output.vector: jsonl parts have no such type; fix: leave it out")]
    [InlineData("task: tokenize\noutput: { vector: fixed_size_list }", "output.vector: fixed_size_list is for embeddings; task tokenize")]
    [InlineData("output: { format: arrow, compression: zstd }", "found zstd, but arrow parts can be none")]
    [InlineData("output: { format: jsonl, compression: snappy }", "found snappy, but jsonl parts can be zstd, none")]
    [InlineData("task: tokenize\noutput: { names: { input_ids: attention_mask } }", "two columns would be called attention_mask")]
    [InlineData("task: tokenize\noutput: { names: { input_ids: token_type_ids } }", "two columns would be called token_type_ids")]
    public void Check_KeysOfTheOutputThatDoNotFit_AreRefusedByName(string keys, string expected)
    {
        var e = Assert.Throws<PJobException>(() => SpecRules.Check(Parse(keys)));
        Assert.Equal(ExitCode.BadSpec, e.ExitCode);
        Assert.Contains(expected, e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("output: { names: { embedding: vector }, vector: fixed_size_list, format: arrow }", "vector")]
    [InlineData("task: tokenize\noutput: { names: { input_ids: tokens, token_type_ids: types } }", "tokens,attention_mask")]
    [InlineData("task: tokenize\noutput: { names: { input_ids: attention_mask, attention_mask: input_ids } }", "attention_mask,input_ids")]
    [InlineData("task: answer\ntokens: { overflow: window }\noutput: { names: { answer: a } }", "a,start,end,score")]
    public void Of_NamesThatFit_ReplaceTheTasks(string keys, string expected)
    {
        var spec = Parse(keys);
        SpecRules.Check(spec);
        Assert.Equal(expected, string.Join(',', TaskColumns.Of(spec).Select(c => c.Name)));
    }

    static string Texts(string keys) => keys.Contains("answer", StringComparison.Ordinal) ? "question: q, context: c" : "text: text";

    static JobSpec Parse(string keys) =>
        SpecReader.Parse($"model: m\ninput: {{ data: d, {Texts(keys)}, id: id, keep: [stars] }}\n{keys}\n", "job.yaml");
}
