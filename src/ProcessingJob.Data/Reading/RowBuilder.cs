using ProcessingJob.Contract;
using ProcessingJob.Contract.Columns;
using ProcessingJob.Contract.Output;
using ProcessingJob.Contract.Plan;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Data.Columns;

namespace ProcessingJob.Data.Reading;

/// <summary>
/// Puts the rows of one unit into blocks, those of small files one behind the other. A format appends a record's values to the columns of
/// <see cref="Block"/> and then calls <see cref="Finish"/> or <see cref="Reject"/>: each record ends in exactly one of them.
/// </summary>
sealed class RowBuilder(ReadOptions options, RowPlan plan)
{
    readonly Splitter? _splitter = options.Split.Count == 0 ? null : new(options.Split);
    readonly bool _isExact = options.Input.InfersTypes;

    /// <summary>Characters of each text of the last block and an eighth more: the next is likely to need as many.</summary>
    readonly int[] _chars = new int[plan.Texts.Length];
    DuplicateIds _ids = new(new FileIds());
    Column?[] _folders = [];
    string _source = "";
    RowBlock? _block;
    long _bytes,
        _sourceBytes;

    public RowPlan Plan => plan;
    public ReadOptions Options => options;
    public RowBlock Block => _block ??= new(plan, _chars);
    public bool IsFull => _block is { } b && (b.RecordsIn >= options.RowsPerBlock || _bytes >= options.BytesPerBlock);

    /// <summary>Records of all files so far.</summary>
    public long Records { get; private set; }

    /// <summary>The records that come next are of this file.</summary>
    /// <param name="file">It or a range of it.</param>
    /// <param name="ids">The file's.</param>
    /// <exception cref="PJobException">Exit code 2: its folders are not the job's partitions.</exception>
    public void Begin(WorkUnit file, FileIds ids)
    {
        (_source, _ids) = (file.Source, new(ids));
        _folders = options.Input.Partitions ? PartitionPath.Values(file.Source, plan.KeptColumns, plan.KeepsAll) : [];
    }

    /// <summary>So many bytes of the source are read, whose rows may still be here.</summary>
    public void Advance(long sourceBytes) => _sourceBytes += sourceBytes;

    /// <summary>Hands out the rows so far.</summary>
    public RowBlock Take()
    {
        var block = Block;
        block.SourceBytes = _sourceBytes;
        for (var k = 0; k < _chars.Length; k++)
        {
            // No more than a block has room for: one long text must not make the next block as large.
            _chars[k] = Math.Min(block.Texts[k].Items.Length / 8 * 9, options.BytesPerBlock);
        }

        (_block, _bytes, _sourceBytes) = (null, 0, 0);
        return block;
    }

    public bool HasRecords => _block is { RecordsIn: > 0 };

    /// <summary>Appends the values of a record whose columns are slices of its bytes.</summary>
    public void Add(ReadOnlySpan<byte> record, ReadOnlySpan<Slot> slots, long row, long offset)
    {
        var block = Block;
        string? reason = null,
            at = null;
        for (var k = 0; reason is null && k < plan.Texts.Length; k++)
        {
            var text = block.Texts[k];
            foreach (var slot in plan.Texts[k])
            {
                var value = slots[slot];
                if (value.Kind is SlotKind.Missing or SlotKind.Null)
                {
                    continue;
                }

                if (text.PendingLength > 0)
                {
                    text.Pend('\n');
                }

                at = plan.Names[slot];
                if (value.Kind is not (SlotKind.Text or SlotKind.CsvQuoted or SlotKind.JsonText or SlotKind.JsonEscaped))
                {
                    reason = RejectReason.TypeMismatch;
                }
                else if (!SlotDecoder.TryDecode(value.Of(record), value.Kind, text))
                {
                    reason = RejectReason.BadEncoding;
                }

                if (reason is not null)
                {
                    break;
                }
            }
            text.EndRow();
        }
        if (reason is null && block.Id is { } id)
        {
            reason = Append(record, slots, plan.Id, plan.IdColumn!.Type, id, ref at);
        }

        for (var i = 0; reason is null && i < plan.Kept.Length; i++)
        {
            if (plan.Kept[i] >= 0)
            {
                reason = Append(record, slots, plan.Kept[i], plan.KeptTypes[i], block.Kept[i], ref at);
            }
        }

        if (reason is null)
        {
            Finish(row, offset, record.Length, record);
        }
        else if (reason == RejectReason.BadEncoding)
        {
            Reject(row, offset, reason, $"column '{at}' is not valid UTF-8 or contains an unpaired surrogate", record);
        }
        else
        {
            Reject(row, offset, reason, MismatchMessage(at!), record);
        }
    }

    /// <summary>What a type mismatch in a column says.</summary>
    public string MismatchMessage(string column)
    {
        var type = plan.KeptColumns.Append(plan.IdColumn).FirstOrDefault(c => c?.Name == column)?.Type;
        var isText = plan.Texts.Any(t => t.Any(slot => plan.Names[slot] == column));
        return $"the value of '{column}' is not of type {(isText || type is null ? "string" : type.ToString())}, which the column "
            + "has in this job";
    }

    /// <summary>Ends a record whose values are all appended.</summary>
    /// <param name="row">Index of the record in the file.</param>
    /// <param name="offset">Its byte offset, or -1.</param>
    /// <param name="bytes">Its size, for bounding blocks.</param>
    /// <param name="record">Its bytes, should it be rejected; empty: it is described from the columns.</param>
    public void Finish(long row, long offset, int bytes, ReadOnlySpan<byte> record)
    {
        var block = Block;
        var index = block.Count;
        for (var k = 0; k < block.Texts.Length && options.Input.Blank == BlankTexts.Reject; k++)
        {
            if (block.Texts[k][index].IsWhiteSpace())
            {
                var columns = string.Join(", ", plan.Texts[k].Select(slot => plan.Names[slot]));
                Reject(row, offset, RejectReason.MissingText, $"no text in {columns}", record);
                return;
            }
        }
        if (block.Id is { } id && !id.IsNull(index) && !_ids.TryAdd(id, index, row))
        {
            Reject(row, offset, RejectReason.DuplicateId, "an earlier row of the file has the same id", record);
            return;
        }
        for (var i = 0; i < _folders.Length; i++)
        {
            if (_folders[i] is { } folder)
            {
                block.Kept[i].AppendFrom(folder, 0);
            }
        }

        block.EndRow(_source, row, offset, _splitter?.Choose(block, index) ?? 0, _splitter is not null);
        _bytes += bytes;
        Records++;
    }

    /// <summary>Ends a record that cannot be used; values appended so far are taken back.</summary>
    public void Reject(long row, long offset, string reason, string message, ReadOnlySpan<byte> record)
    {
        var block = Block;
        var shown = record.IsEmpty ? block.DescribePending() : SlotDecoder.Show(record);
        block.Rollback();
        block.AddReject(new(_source, row, offset, reason, message, shown));
        _bytes += Math.Min(record.Length, 4096);
        Records++;
    }

    string? Append(ReadOnlySpan<byte> record, ReadOnlySpan<Slot> slots, int slot, ColumnType type, Column into, ref string? at)
    {
        at = plan.Names[slot];
        return SlotDecoder.Append(slots[slot].Of(record), slots[slot].Kind, type, into, _isExact);
    }
}
