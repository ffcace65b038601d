namespace ProcessingJob.Models.Configs;

/// <summary>
/// Keys of config.json that change no result of an encoder in evaluation: training, generation, bookkeeping, other programs' notes.
/// </summary>
static class HarmlessKeys
{
    static readonly HashSet<string> Names =
    [
        .. Words(
            """
            _name_or_path name_or_path architectures auto_map transformers_version dtype torch_dtype use_bfloat16 torchscript
            finetuning_task task_specific_params custom_pipelines tokenizer_class sentence_transformers
            sbert_ce_default_activation_function num_labels _num_labels id2label label2id problem_type output_hidden_states
            output_attentions output_past return_dict use_cache cache_implementation use_return_dict gradient_checkpointing
            chunk_size_feed_forward tie_word_embeddings tie_encoder_decoder bos_token_id eos_token_id sep_token_id cls_token_id
            mask_token_id pad_token_id unk_token_id decoder_start_token_id bos_token eos_token sep_token cls_token mask_token
            pad_token unk_token forced_bos_token_id forced_eos_token_id vocab_size model_max_length n_ctx
            """
        ),
        .. Words( // notes of other programs and of old versions, which no configuration class of transformers 5 reads
            """
            xla_device vocab_size_or_config_json_file eos_token_ids max_seq_length do_lower_case language adapters adapter_fusion
            emb_size cell structure pre_trained training
            """
        ),
        .. Words( // generation, which transformers 4 wrote into every config
            """
            max_length min_length max_new_tokens do_sample early_stopping num_beams num_beam_groups diversity_penalty temperature
            top_k top_p typical_p repetition_penalty length_penalty no_repeat_ngram_size encoder_no_repeat_ngram_size
            bad_words_ids num_return_sequences remove_invalid_values exponential_decay_length_penalty suppress_tokens
            begin_suppress_tokens output_scores return_dict_in_generate prefix summary_type summary_use_proj summary_activation
            summary_proj_to_labels
            """
        ),
        .. Words( // poolers and heads: read by the heads that use them
            """
            directionality pooler_fc_size pooler_num_attention_heads pooler_num_fc_layers pooler_size_per_head pooler_type
            pooler_hidden_size pooler_hidden_act classifier_activation classifier_pooling classifier_bias decoder_bias
            projection_dim output_embedding_size legacy sparse_prediction sparse_pred_ignore_index clf_pooling
            matryoshka_dimensions dense_seq_output loss_type
            """
        ),
        .. Words( // how other programs compute the same numbers
            """
            use_flash_attn use_memory_efficient_attention unpad_inputs unpad_no_grad pack_qkv fused_bias_fc fused_dropout_add_ln
            use_xentropy deterministic_flash_attn reference_compile repad_logits_with_grad attn_implementation
            _attn_implementation _attn_implementation_autoset _attn_implementation_internal pretraining_tp pad_vocab_size_multiple
            use_triton sinusoidal_pos_embds max_trained_positions net_type num_decoder_layers is_encoder_decoder
            scale_decoder_outputs _sliding_window_pattern
            """
        ),
    ];

    static readonly string[] Endings =
    [
        "dropout",
        "_dropout_prob",
        "_pdrop",
        "_dropout_rate",
        "dropout_rate",
        "_loss_coef",
        "_label_smoothing",
    ];

    static readonly string[] Beginnings = ["initializer_", "init_", "dropout"];

    public static bool Contains(string key) =>
        Names.Contains(key)
        || Array.Exists(Endings, end => key.EndsWith(end, StringComparison.Ordinal))
        || Array.Exists(Beginnings, begin => key.StartsWith(begin, StringComparison.Ordinal));

    static string[] Words(string text) => text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
}
