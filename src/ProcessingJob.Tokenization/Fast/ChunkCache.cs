using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ProcessingJob.Tokenization.Models;

namespace ProcessingJob.Tokenization.Fast;

/// <summary>
/// Short chunks of raw text with their tokens: direct-mapped, so that a look-up is one hash and one comparison, and everything of a
/// chunk lies together.
/// </summary>
sealed class ChunkCache
{
    public const int MaxLength = 24;
    const int MaxTokens = 8;
    const int Bits = 15;

    readonly Slot[] _slots = new Slot[1 << Bits];
    readonly bool _withOffsets;
    Key _pending;
    int _pendingSlot;

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

            var index = Index(Mix(a, b), (uint)length | context);
            ref var slot = ref _slots[index];
            if (slot.Key.A == a && slot.Key.B == b && slot.Tag == ((uint)length | context))
            {
                Append(ref slot, start, into);
                return true;
            }

            _pending = new Key { A = a, B = b };
            _pendingSlot = index;
            return false;
        }

        return TryAppendLong(ref source, start, length, context, into);
    }

    bool TryAppendLong(ref char source, int start, int length, uint context, TokenList into)
    {
        var key = new Key();
        MemoryMarshal.CreateReadOnlySpan(ref source, length).CopyTo(MemoryMarshal.Cast<Key, char>(new Span<Key>(ref key)));
        var hash = Mix(key.A, key.B);
        if (length > 8)
        {
            hash = Mix(Mix(hash ^ key.C, key.D), Mix(key.E, key.F));
        }

        var index = Index(hash, (uint)length | context);
        ref var slot = ref _slots[index];
        if (
            slot.Tag == ((uint)length | context)
            && slot.Key.A == key.A
            && slot.Key.B == key.B
            && slot.Key.C == key.C
            && slot.Key.D == key.D
            && slot.Key.E == key.E
            && slot.Key.F == key.F
        )
        {
            Append(ref slot, start, into);
            return true;
        }

        _pending = key;
        _pendingSlot = index;
        return false;
    }

    /// <summary>Keeps the tokens from <paramref name="first"/> on as those of the chunk that was just not found.</summary>
    public void Store(int start, int length, uint context, TokenList tokens, int first)
    {
        var count = tokens.Count - first;
        if (count > MaxTokens)
        {
            return;
        }

        ref var slot = ref _slots[_pendingSlot];
        slot.Key = _pending;
        slot.Tag = (uint)length | context;
        slot.Count = count;
        for (var i = 0; i < count; i++)
        {
            slot.Ids[i] = tokens.Ids[first + i];
            slot.Starts[i] = (byte)(tokens.Starts[first + i] - start);
            slot.Ends[i] = (byte)(tokens.Ends[first + i] - start);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    void Append(ref Slot slot, int start, TokenList into)
    {
        var count = slot.Count;
        into.Reserve(MaxTokens, out var ids, out var starts, out var ends);
        ((ReadOnlySpan<int>)slot.Ids).CopyTo(ids);
        if (_withOffsets)
        {
            for (var i = 0; i < count; i++)
            {
                starts[i] = start + slot.Starts[i];
                ends[i] = start + slot.Ends[i];
            }
        }

        into.Advance(count);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static ulong Mix(ulong a, ulong b) => (a * 0x9E3779B97F4A7C15) ^ BitOperations.RotateLeft(b * 0xC2B2AE3D27D4EB4F, 31);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static int Index(ulong hash, uint tag) => (int)((hash ^ tag) * 0x9E3779B97F4A7C15 >> (64 - Bits));

    struct Key
    {
        public ulong A,
            B,
            C,
            D,
            E,
            F;
    }

    struct Slot
    {
        public Key Key;
        public uint Tag; // 0: free, for a chunk has at least one character
        public int Count;
        public IdsOf Ids;
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
