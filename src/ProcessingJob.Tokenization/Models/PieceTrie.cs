namespace ProcessingJob.Tokenization.Models;

/// <summary>Pieces by their code points: a trie whose edges lie in one open-addressed table.</summary>
sealed class PieceTrie
{
    ulong[] _keys = new ulong[1024]; // node << 21 | code point, plus 1 so that 0 is free
    int[] _targets = new int[1024];
    int[] _ids = new int[512];
    int _edges;
    int _nodes = 1;

    public PieceTrie() => _ids[0] = -1;

    /// <summary>The node no text leads to yet; further roots come from <see cref="AddRoot"/>.</summary>
    public const int Root = 0;

    /// <summary>A second, separate trie in the same table.</summary>
    public int AddRoot() => NewNode();

    public void Add(int root, ReadOnlySpan<int> piece, int id)
    {
        var node = root;
        foreach (var c in piece)
        {
            var next = Next(node, c);
            if (next < 0)
            {
                if (_edges * 2 >= _keys.Length)
                {
                    Grow();
                }

                Insert(Key(node, c), next = NewNode());
            }

            node = next;
        }

        _ids[node] = id;
    }

    /// <summary>The node that <paramref name="codePoint"/> leads to, or -1.</summary>
    public int Next(int node, int codePoint)
    {
        var key = Key(node, codePoint);
        for (var slot = Slot(key); ; slot = (slot + 1) & (_keys.Length - 1))
        {
            var found = _keys[slot];
            if (found == key)
            {
                return _targets[slot];
            }

            if (found == 0)
            {
                return -1;
            }
        }
    }

    /// <summary>Id of the piece that is all of <paramref name="text"/>, or -1.</summary>
    public int FindWhole(int root, ReadOnlySpan<int> text)
    {
        var node = root;
        foreach (var c in text)
        {
            if ((node = Next(node, c)) < 0)
            {
                return -1;
            }
        }

        return Id(node);
    }

    /// <summary>Id of the piece that ends at a node, or -1.</summary>
    public int Id(int node) => _ids[node];

    int NewNode()
    {
        if (_nodes == _ids.Length)
        {
            Array.Resize(ref _ids, _nodes * 2);
        }

        _ids[_nodes] = -1;
        return _nodes++;
    }

    static ulong Key(int node, int codePoint) => ((ulong)node << 21 | (uint)codePoint) + 1;

    int Slot(ulong key) => (int)(key * 0x9E3779B97F4A7C15 >> 32) & (_keys.Length - 1);

    void Insert(ulong key, int target)
    {
        var slot = Slot(key);
        while (_keys[slot] != 0)
        {
            slot = (slot + 1) & (_keys.Length - 1);
        }

        (_keys[slot], _targets[slot]) = (key, target);
        _edges++;
    }

    void Grow()
    {
        var (oldKeys, oldTargets) = (_keys, _targets);
        _keys = new ulong[oldKeys.Length * 2];
        _targets = new int[_keys.Length];
        _edges = 0;
        for (var i = 0; i < oldKeys.Length; i++)
        {
            if (oldKeys[i] != 0)
            {
                Insert(oldKeys[i], oldTargets[i]);
            }
        }
    }
}
