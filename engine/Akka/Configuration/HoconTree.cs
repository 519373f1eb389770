namespace Akka.Configuration.Hocon;

/// <summary>What stands behind a key: a text, a list, an object, or parts that substitutions have yet to join into one of these.</summary>
public class HoconValue
{
    private HoconObject _object;
    private List<HoconValue> _array;
    private string _text;

    internal HoconValue(string text) => _text = text;

    internal HoconValue(HoconObject value) => _object = value;

    internal HoconValue(List<HoconValue> array) => _array = array;

    internal HoconValue(List<HoconPart> parts) => Parts = parts;

    /// <summary>Unresolved parts; null once the value is settled.</summary>
    internal List<HoconPart> Parts { get; private set; }
    public bool IsEmpty => _text is null && _array is null && _object is null;

    public bool IsObject() => _object is not null;
    public bool IsArray() => _array is not null;
    public bool IsString() => _text is not null;

    /// <summary>The object, or null.</summary>
    public HoconObject GetObject() => _object;

    /// <summary>The text, or null.</summary>
    public string GetString() => _text;

    /// <summary>The elements; none where the value is no list.</summary>
    public IList<HoconValue> GetArray() => _array is null ? [] : [.. _array];

    public override string ToString() => ToString(0);

    public virtual string ToString(int indent)
    {
        if (_object is not null) return $"{{\n{_object.ToString(indent + 1)}{new string(' ', indent * 2)}}}";
        return _array is null ? HoconObject.Quoted(_text ?? "") : $"[{string.Join(",", _array.Select(v => v.ToString(indent)))}]";
    }

    /// <summary>The value at a dotted path below this one (a."b.c".d has three elements), or null; settle sees every value on the way.</summary>
    internal HoconValue Find(string path, Action<HoconValue> settle = null)
    {
        var value = this;
        var start = 0;
        var quoted = false;
        for (var i = 0; i <= path.Length && value is not null; i++)
        {
            if (i < path.Length && path[i] == '"') quoted = !quoted;
            if (i < path.Length && (quoted || path[i] != '.')) continue;
            settle?.Invoke(value);
            value = value._object?.GetKey(path[start..i].Replace("\"", "", StringComparison.Ordinal));
            start = i + 1;
        }
        return value;
    }

    internal void Become(HoconValue other) => (_text, _array, _object, Parts) = (other._text, other._array, other._object, null);

    internal HoconValue Clone() => _object is not null ? new HoconValue(_object.Clone())
        : _array is not null ? new HoconValue([.. _array.Select(v => v.Clone())])
        : new HoconValue(_text);
}

/// <summary>Keys and their values, in the order in which they were written.</summary>
public class HoconObject
{
    internal HoconObject() { }

    public Dictionary<string, HoconValue> Items { get; } = new(StringComparer.Ordinal);

    public HoconValue GetKey(string key) => Items.GetValueOrDefault(key);

    public override string ToString() => ToString(0);

    public string ToString(int indent)
    {
        var text = new StringBuilder();
        foreach (var (key, value) in Items)
            text.Append(' ', indent * 2).Append(Quoted(key)).Append(value.IsObject() ? " " : " : ").Append(value.ToString(indent)).Append('\n');
        return text.ToString();
    }

    internal static string Quoted(string text)
    {
        if (text.Length > 0 && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_')) return text;
        return $"\"{string.Concat(text.Select(Escaped))}\"";
    }

    private static string Escaped(char c) => c switch
    {
        '"' => "\\\"",
        '\\' => "\\\\",
        '\n' => "\\n",
        '\r' => "\\r",
        '\t' => "\\t",
        < ' ' => $"\\u{(int)c:x4}",
        _ => c.ToString(),
    };

    internal HoconObject Clone()
    {
        var copy = new HoconObject();
        copy.Override(this);
        return copy;
    }

    /// <summary>Takes over what the other has: its values win, objects are merged key by key.</summary>
    internal void Override(HoconObject other)
    {
        foreach (var (key, value) in other.Items)
        {
            if (value.IsObject() && GetKey(key)?.GetObject() is { } mine) mine.Override(value.GetObject());
            else Items[key] = value.Clone();
        }
    }
}

/// <summary>A piece of a value before substitution: a settled value, or a reference to one.</summary>
internal sealed record HoconPart(HoconValue Value, HoconPosition Position = default)
{
    public string Reference { get; init; }
    public bool Optional { get; init; }
    public bool IsBlank { get; init; }
}

internal readonly record struct HoconPosition(int Line, int Column)
{
    public FormatException Error(string what) => new($"HOCON: {what} (line {Line}, column {Column})");
}
