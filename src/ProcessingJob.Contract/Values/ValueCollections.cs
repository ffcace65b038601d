using System.Collections;
using System.Runtime.CompilerServices;

namespace ProcessingJob.Contract.Values;

/// <summary>An immutable list that compares by its items, so that records holding it compare by value.</summary>
[CollectionBuilder(typeof(ValueCollections), nameof(ValueCollections.List))]
public sealed class ValueList<T>(T[] items) : IReadOnlyList<T>, IEquatable<ValueList<T>>
{
    public T this[int index] => items[index];
    public int Count => items.Length;

    public bool Equals(ValueList<T>? other) => other is not null && items.SequenceEqual(other);

    public override bool Equals(object? obj) => Equals(obj as ValueList<T>);

    public override int GetHashCode() => items.Aggregate(items.Length, HashCode.Combine);

    public IEnumerator<T> GetEnumerator() => items.AsEnumerable().GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => items.GetEnumerator();
}

/// <summary>An immutable map in the order of its file that compares by its entries.</summary>
[CollectionBuilder(typeof(ValueCollections), nameof(ValueCollections.Map))]
public sealed class ValueMap<T>(KeyValuePair<string, T>[] items) : IReadOnlyList<KeyValuePair<string, T>>, IEquatable<ValueMap<T>>
{
    public KeyValuePair<string, T> this[int index] => items[index];
    public int Count => items.Length;

    public bool Equals(ValueMap<T>? other) => other is not null && items.SequenceEqual(other);

    public override bool Equals(object? obj) => Equals(obj as ValueMap<T>);

    public override int GetHashCode() => items.Aggregate(items.Length, HashCode.Combine);

    public IEnumerator<KeyValuePair<string, T>> GetEnumerator() => items.AsEnumerable().GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => items.GetEnumerator();
}

/// <summary>Builders behind the collection expressions <c>[…]</c>.</summary>
public static class ValueCollections
{
    public static ValueList<T> List<T>(ReadOnlySpan<T> items) => new(items.ToArray());

    public static ValueMap<T> Map<T>(ReadOnlySpan<KeyValuePair<string, T>> items) => new(items.ToArray());
}
