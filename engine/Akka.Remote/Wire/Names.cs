using System.Collections.Generic;

namespace Akka.Remote.Wire;

/// <summary>
/// A text (a path, a manifest) crosses a connection once, and is a small number from then on. Both ends count the
/// definitions alike; at the limit both forget everything and begin again, so neither end can be made to grow.
/// A reference to a text is: none, a literal, a definition, or the number of a definition.
/// </summary>
internal static class Names
{
    public const int Limit = 4096;
    public const uint None = 0;
    public const uint Literal = 1;
    public const uint Definition = 2;
    public const uint FirstNumber = 3;
}

/// <summary>The sender's half: which object has which number.</summary>
internal sealed class SentNames
{
    private readonly Dictionary<object, int> _numbers;

    public SentNames(IEqualityComparer<object> comparer) => _numbers = new Dictionary<object, int>(comparer);

    public bool TryGet(object key, out uint reference)
    {
        var known = _numbers.TryGetValue(key, out var number);
        reference = known ? Names.FirstNumber + (uint)number : 0;
        return known;
    }

    public void Define(object key)
    {
        if (_numbers.Count == Names.Limit) _numbers.Clear();
        _numbers.Add(key, _numbers.Count);
    }
}

/// <summary>The receiver's half: what each number stands for.</summary>
internal sealed class ReceivedNames<T>
{
    private readonly List<T> _entries = new();

    public T Define(T entry)
    {
        if (_entries.Count == Names.Limit) _entries.Clear();
        _entries.Add(entry);
        return entry;
    }

    public T Get(uint reference)
    {
        var number = reference - Names.FirstNumber;
        if (number >= (uint)_entries.Count)
            throw new WireException($"name number {number} was never defined ({_entries.Count} are)");
        return _entries[(int)number];
    }
}
