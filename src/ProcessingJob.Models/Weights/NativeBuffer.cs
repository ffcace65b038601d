using System.Runtime.InteropServices;

namespace ProcessingJob.Models.Weights;

/// <summary>Memory outside the heap: weights may be larger than an array, and never move.</summary>
sealed unsafe class NativeBuffer : SafeHandle
{
    public NativeBuffer(long bytes)
        : base(0, ownsHandle: true) => SetHandle((nint)NativeMemory.AlignedAlloc((nuint)Math.Max(bytes, 1), 64));

    public override bool IsInvalid => handle == 0;

    public nint Address => handle;

    protected override bool ReleaseHandle()
    {
        NativeMemory.AlignedFree((void*)handle);
        return true;
    }
}
