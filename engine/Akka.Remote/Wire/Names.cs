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
internal sealed class SentNames(IEqualityComparer<object> comparer)
{
    private readonly Dictionary<object, int> _numbers = new(comparer);

    public bool TryWrite(ref ByteWriter writer, object key)
    {
        if (!_numbers.TryGetValue(key, out var number)) return false;
        writer.Number(Names.FirstNumber + (uint)number);
        return true;
    }

    public void Define(ref ByteWriter writer, object key, string text)
    {
        writer.Number(Names.Definition);
        writer.Text(text);
        if (_numbers.Count == Names.Limit) _numbers.Clear();
        _numbers.Add(key, _numbers.Count);
    }
}

/// <summary>The receiver's half: what each number stands for.</summary>
internal sealed class ReceivedNames<T>(int maxBytes, Func<string, T> make) where T : class
{
    private readonly List<T> _entries = [];

    /// <summary>Null where the reference is none.</summary>
    public T Read(ref ByteReader reader)
    {
        var reference = reader.Number();
        return reference switch
        {
            Names.None => null,
            Names.Literal => make(reader.Text(maxBytes)),
            Names.Definition => Define(make(reader.Text(maxBytes))),
            _ when reference - Names.FirstNumber < (uint)_entries.Count => _entries[(int)(reference - Names.FirstNumber)],
            _ => throw new WireException($"name number {reference - Names.FirstNumber} was never defined ({_entries.Count} are)"),
        };
    }

    private T Define(T entry)
    {
        if (_entries.Count == Names.Limit) _entries.Clear();
        _entries.Add(entry);
        return entry;
    }
}
