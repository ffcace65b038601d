using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ProcessingJob.Tokenization.Models;

namespace ProcessingJob.Tokenization.Fast;

/// <summary>
/// Short chunks of raw text with their tokens, in sets of two: a look-up is one hash and one comparison or two, and what it reads of most
/// chunks is one line of the processor's cache. As many sets of one would miss four times as often on reviews.
/// </summary>
sealed class ChunkCache
{
    public const int MaxLength = 24;
    const int MaxTokens = 8;
    const int SetBits = 15;
    const int Ways = 2;

    readonly Slot[] _slots = new Slot[Ways << SetBits];
    readonly Rest[] _rests = new Rest[Ways << SetBits];
    readonly bool _withOffsets;
    Slot _pending;
    Rest _pendingRest;
    int _pendingSet;

    public ChunkCache(bool withOffsets) => _withOffsets = withOffsets;

    /// <summary>
    /// Appends the tokens of a chunk of at most <see cref="MaxLength"/> characters. <paramref name="context"/> tells chunks apart whose
    /// tokens depend on more
    /// than their text. When the answer is false, the tokens found elsewhere may be kept by <see cref="Store"/>.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryAppend(ReadOnlySpan<char> text, int start, int length, uint context, TokenList into)
    {
        ref var source = ref Unsafe.Add(ref MemoryMarshal.GetReference(text), start);
        if (length <= 8 && start + 8 <= text.Length)
        {
            // Most words: two masked loads, no loop.
            ref var bytes = ref Unsafe.As<char, byte>(ref source);
            var a = Unsafe.ReadUnaligned<ulong>(ref bytes);
            ulong b = 0;
            if (length < 4)
            {
                a &= (1UL << (length * 16)) - 1;
            }
            else if (length > 4)
            {
                b = Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref bytes, 8));
                if (length < 8)
                {
                    b &= (1UL << ((length - 4) * 16)) - 1;
                }
            }

            var tag = (uint)length | context;
            var index = FirstOf(Mix(a, b), tag);
            ref var slot = ref _slots[index];
            if (slot.A != a || slot.B != b || slot.Tag != tag)
            {
                slot = ref _slots[++index];
                if (slot.A != a || slot.B != b || slot.Tag != tag)
                {
                    Pend(a, b, tag, default, index - 1);
                    return false;
                }
            }

            Append(ref slot, index, start, into);
            return true;
        }

        return TryAppendLong(ref source, start, length, context, into);
    }

    bool TryAppendLong(ref char source, int start, int length, uint context, TokenList into)
    {
        Span<ulong> key = stackalloc ulong[MaxLength / 4];
        key.Clear();
        MemoryMarshal.CreateReadOnlySpan(ref source, length).CopyTo(MemoryMarshal.Cast<ulong, char>(key));
        var (a, b, rest) = (key[0], key[1], new RestOfKey(key[2], key[3], key[4], key[5]));
        var hash = Mix(a, b);
        if (length > 8)
        {
            hash = Mix(Mix(hash ^ rest.C, rest.D), Mix(rest.E, rest.F));
        }

        var tag = (uint)length | context;
        var index = FirstOf(hash, tag);
        for (var way = 0; way < Ways; way++)
        {
            ref var slot = ref _slots[index + way];
            if (slot.A == a && slot.B == b && slot.Tag == tag && _rests[index + way].Key == rest)
            {
                Append(ref slot, index + way, start, into);
                return true;
            }
        }

        Pend(a, b, tag, rest, index);
        return false;
    }

    /// <summary>
    /// Keeps the tokens from <paramref name="first"/> on as those of the chunk that was just not found; of its set the older one goes.
    /// </summary>
    public void Store(int start, TokenList tokens, int first)
    {
        var count = tokens.Count - first;
        if (count > MaxTokens)
        {
            return;
        }

        _pending.Count = count;
        for (var i = 0; i < count; i++)
        {
            _pending.Ids[i] = tokens.Ids[first + i];
            _pendingRest.Starts[i] = (byte)(tokens.Starts[first + i] - start);
            _pendingRest.Ends[i] = (byte)(tokens.Ends[first + i] - start);
        }

        (_slots[_pendingSet + 1], _rests[_pendingSet + 1]) = (_slots[_pendingSet], _rests[_pendingSet]);
        (_slots[_pendingSet], _rests[_pendingSet]) = (_pending, _pendingRest);
    }

    void Pend(ulong a, ulong b, uint tag, RestOfKey rest, int set)
    {
        (_pending.A, _pending.B, _pending.Tag, _pendingRest.Key, _pendingSet) = (a, b, tag, rest, set);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    void Append(ref Slot slot, int index, int start, TokenList into)
    {
        var count = slot.Count;
        into.Reserve(MaxTokens, out var ids, out var starts, out var ends);
        ((ReadOnlySpan<int>)slot.Ids).CopyTo(ids);
        if (_withOffsets)
        {
            ref var rest = ref _rests[index];
            for (var i = 0; i < count; i++)
            {
                starts[i] = start + rest.Starts[i];
                ends[i] = start + rest.Ends[i];
            }
        }

        into.Advance(count);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static ulong Mix(ulong a, ulong b) => (a * 0x9E3779B97F4A7C15) ^ BitOperations.RotateLeft(b * 0xC2B2AE3D27D4EB4F, 31);

    /// <summary>The first slot of a set.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static int FirstOf(ulong hash, uint tag) => (int)((hash ^ tag) * 0x9E3779B97F4A7C15 >> (64 - SetBits)) * Ways;

    /// <summary>Characters 9 to 24.</summary>
    readonly record struct RestOfKey(ulong C, ulong D, ulong E, ulong F);

    /// <summary>What is read of every chunk: the first 8 characters and the tokens.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 64)]
    struct Slot
    {
        public ulong A,
            B;
        public uint Tag; // 0: free, for a chunk has at least one character
        public int Count;
        public IdsOf Ids;
    }

    /// <summary>What is read of long chunks, and for offsets.</summary>
    struct Rest
    {
        public RestOfKey Key;
        public PlacesOf Starts;
        public PlacesOf Ends;
    }

    [InlineArray(MaxTokens)]
    struct IdsOf
    {
        int _first;
    }

    [InlineArray(MaxTokens)]
    struct PlacesOf
    {
        byte _first;
    }
}
