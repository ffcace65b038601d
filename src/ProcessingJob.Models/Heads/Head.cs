using ProcessingJob.Models.Configs;
using ProcessingJob.Models.Graphs;

namespace ProcessingJob.Models.Heads;

/// <summary>What is computed from last_hidden_state.</summary>
delegate Value Head(GraphBuilder graph, ConfigReader config, Value hidden);

/// <summary>What a language model decodes of last_hidden_state.</summary>
delegate VocabularyDecoder DecoderHead(GraphBuilder graph, ConfigReader config, Value hidden);
