using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Columns;
using ProcessingJob.Contract.Plan;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Storage;

namespace ProcessingJob.Data.Reading;

/// <summary>The columns of a file that can be carried through.</summary>
/// <param name="Columns">With the types that the file shows.</param>
/// <param name="IsComplete">False where later records may have columns that the first do not.</param>
sealed record FoundColumns(IReadOnlyList<KeptColumn> Columns, bool IsComplete = true)
{
    /// <summary>What a message names when a column is missing.</summary>
    public IReadOnlyList<string> Names { get; init; } = [.. Columns.Select(c => c.Name)];

    /// <summary>Members of structures: they can be named, and "*" does not stand for them.</summary>
    public IReadOnlyList<KeptColumn> Inner { get; init; } = [];

    /// <summary>jsonl: columns of which all values are objects or arrays.</summary>
    public IReadOnlySet<string> Nested { get; init; } = new HashSet<string>();

    /// <summary>What "*" cannot stand for, each with why: "the column 'x' has …".</summary>
    public IReadOnlyList<string> LeftOut { get; init; } = [];

    /// <summary>Columns whose values are kept in another type than the file's, and why.</summary>
    public IReadOnlyDictionary<string, string> Converted { get; init; } = new Dictionary<string, string>();
}

/// <summary>What a host remembers of the files it reads in several units: their heads, and where records begin.</summary>
sealed class FileMemory
{
    public PrefixIndex Prefixes { get; } = new();
    public ConcurrentDictionary<(string Source, string Version), FileHead> Heads { get; } = new();
}

/// <summary>How the files of one input format are looked at and read; <see cref="InputReaders"/> lists them. Immutable.</summary>
abstract class InputReader
{
    /// <summary>Columns and types as the beginning of one file shows them.</summary>
    public abstract Task<FoundColumns> FindColumnsAsync(IByteSource source, InputSpec input, CancellationToken cancellationToken);

    /// <summary>
    /// The rows of a file or a range of it, through the builder, in the file's order. Rows that fill no block are left in the builder.
    /// </summary>
    public abstract IAsyncEnumerable<RowBlock> ReadAsync(
        WorkUnit unit,
        IByteSource source,
        RowBuilder builder,
        FileMemory memory,
        CancellationToken cancellationToken
    );
}

/// <summary>A format whose records follow one another as bytes.</summary>
abstract class RecordInput : InputReader
{
    /// <summary>What stands before the first record.</summary>
    /// <param name="feed">At the first byte behind a byte order mark.</param>
    /// <param name="start">The head of a file that has nothing before its records.</param>
    /// <param name="file">For messages.</param>
    /// <param name="options">The job's.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public virtual ValueTask<FileHead> ReadHeadAsync(
        RecordFeed feed,
        FileHead start,
        string file,
        ReadOptions options,
        CancellationToken cancellationToken
    ) => new(start);

    /// <summary>Finds and parses the records of a file with this head.</summary>
    /// <exception cref="PJobException">The file lacks a column.</exception>
    public abstract RecordFormat CreateFormat(string file, RowPlan plan, FileHead head, ReadOptions options);

    public override async IAsyncEnumerable<RowBlock> ReadAsync(
        WorkUnit unit,
        IByteSource source,
        RowBuilder builder,
        FileMemory memory,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        if (source.Length == 0)
        {
            RefuseEmpty(unit, builder.Options);
            yield break;
        }

        if (!memory.Heads.TryGetValue((unit.Source, unit.Version), out var head))
        {
            head = await FileHead.ReadAsync(source, this, builder.Options, cancellationToken).ConfigureAwait(false);
            // A file that is one unit is not looked at again, and there may be a million of them.
            if (!unit.IsWholeFile)
            {
                memory.Heads[(unit.Source, unit.Version)] = head;
            }
        }
        var before = builder.Records;
        var format = CreateFormat(unit.Source, builder.Plan, head, builder.Options);
        await foreach (
            var block in new RecordReader(unit, source, builder.Options, head, format, memory.Prefixes)
                .ReadAsync(builder, cancellationToken)
                .ConfigureAwait(false)
        )
        {
            yield return block;
        }

        if (builder.Records == before && unit.IsWholeFile)
        {
            RefuseEmpty(unit, builder.Options);
        }
    }

    static void RefuseEmpty(WorkUnit unit, ReadOptions options)
    {
        if (!options.Input.AllowEmpty)
        {
            throw new PJobException(
                $"{unit.Source}: no records: "
                    + $"{(unit.Size == 0 ? "the file is empty" : "found no more than a header or blank lines")}; fix: take the file "
                    + "away, or set input.allow_empty: true"
            );
        }
    }
}
