using System.Text;

namespace Akka.Configuration.Hocon;

/// <summary>Reads HOCON as Akka 1.5's own parser accepts it, and is stricter where that one lets a slip pass in silence.</summary>
internal sealed class HoconParser
{
    private const int MaxDepth = 200;
    private readonly HoconScanner _scan;
    private int _depth;

    private HoconParser(string text) => _scan = new HoconScanner(text);

    public static HoconObject Parse(string text)
    {
        var root = new HoconParser(text).Root();
        new HoconResolver(root).Resolve();
        return root;
    }

    private HoconObject Root()
    {
        var root = new HoconObject();
        _scan.SkipToNext(commas: true);
        if (_scan.Current == '{')
        {
            ObjectBody(root);
            _scan.SkipToNext(commas: true);
            if (_scan.AtEnd) return root;
        }
        while (!_scan.AtEnd)
        {
            if (_scan.Current == '}') throw _scan.Position.Error("this '}' closes nothing");
            Field(root);
            _scan.SkipToNext(commas: true);
        }
        return root;
    }

    private void ObjectBody(HoconObject into)
    {
        var open = _scan.Position;
        if (++_depth > MaxDepth) throw open.Error($"more than {MaxDepth} levels");
        _scan.Take();
        while (true)
        {
            _scan.SkipToNext(commas: true);
            if (_scan.AtEnd) throw open.Error("this '{' is not closed");
            if (_scan.Current == '}') break;
            Field(into);
        }
        _scan.Take();
        _depth--;
    }

    private void Field(HoconObject owner)
    {
        var position = _scan.Position;
        var path = Key();
        for (var i = 0; i < path.Count - 1; i++) owner = Below(owner, path[i]);
        var key = path[^1];
        _scan.SkipToNext(commas: false);
        if (_scan.Current is '=' or ':')
        {
            _scan.Take();
            _scan.SkipToNext(commas: false);
        }
        else if (_scan.Current != '{') throw position.Error($"'{string.Join('.', path)}' is followed by no '=', ':' or '{{'");
        Assign(owner, key, Value());
        _scan.TakeBlanks();
        if (!_scan.AtEnd && !_scan.AtComment && _scan.Current is not (',' or '\n' or '}'))
            throw _scan.Position.Error($"'{_scan.Current}' after the value of '{key}'; a value ends with its line, a comma or '}}'");
    }

    /// <summary>An object goes into what stands there already; anything else replaces it.</summary>
    private static void Assign(HoconObject owner, string key, HoconValue value)
    {
        var standing = owner.GetKey(key);
        if (standing is { Parts: { } } && value.Parts is null && value.IsObject())
            standing.Parts.Add(new HoconPart(value, null, false, false, default));
        else if (standing is not null && standing.IsObject() && value.Parts is null && value.IsObject()) Join(standing.GetObject(), value.GetObject());
        else if (standing is not null && standing.IsObject() && value.Parts is { } parts && parts.TrueForAll(p => p.Reference is not null || p.IsBlank))
            value.Parts.Insert(0, new HoconPart(standing, null, true, false, default));
        else
        {
            owner.Items[key] = value;
            return;
        }
        if (value.Parts is not null) owner.Items[key] = value;
    }

    /// <summary>As Assign does, for every key of an object: its values may still be unresolved.</summary>
    private static void Join(HoconObject into, HoconObject other)
    {
        foreach (var (key, value) in other.Items) Assign(into, key, value);
    }

    private static HoconObject Below(HoconObject owner, string key)
    {
        var value = owner.GetKey(key);
        if (value is { Parts: { } parts })
        {
            var added = new HoconObject();
            parts.Add(new HoconPart(new HoconValue(added), null, false, false, default));
            return added;
        }
        if (value is null || !value.IsObject()) owner.Items[key] = value = new HoconValue(new HoconObject());
        return value.GetObject();
    }

    private List<string> Key()
    {
        var position = _scan.Position;
        var path = new List<string>();
        var element = new StringBuilder();
        var quoted = false;
        while (true)
        {
            if (_scan.Current == '"')
            {
                element.Append(_scan.TakeQuoted());
                quoted = true;
            }
            else element.Append(_scan.TakeWhile(c => c is not ('.' or '=' or ':' or '{' or '}' or '[' or ']' or ',' or '"' or '#' or '\n' or '\r' or '$' or '+')));
            if (!_scan.AtEnd && _scan.Current is '.')
            {
                _scan.Take();
                Add(path, element, quoted, position);
                quoted = false;
            }
            else if (_scan.Current != '"') break;
        }
        if (_scan.Current is '$' or '+' or '[' or ']') throw _scan.Position.Error($"'{_scan.Current}' in a key; quote the key if it is meant");
        Add(path, element, quoted, position);
        return path;
    }

    private static void Add(List<string> path, StringBuilder element, bool quoted, HoconPosition position)
    {
        var text = quoted ? element.ToString() : element.ToString().Trim();
        element.Clear();
        if (text.Length == 0 && !quoted) throw position.Error("a key is empty");
        path.Add(quoted ? text.TrimEnd() : text);
    }

    private HoconValue Value()
    {
        var parts = new List<HoconPart>();
        while (true)
        {
            var position = _scan.Position;
            var blanks = _scan.TakeBlanks();
            if (blanks.Length > 0 && parts.Count > 0) parts.Add(new HoconPart(new HoconValue(blanks), null, false, true, position));
            if (_scan.AtEnd || _scan.AtComment || _scan.Current is '\n' or ',' or '}' or ']') break;
            parts.Add(Part());
        }
        while (parts.Count > 0 && parts[^1].IsBlank) parts.RemoveAt(parts.Count - 1);
        if (parts.Count == 0) throw _scan.Position.Error("a value is missing; \"\" is the empty one");
        return parts.Exists(p => p.Reference is not null || (p.Value is { Parts: { } })) ? new HoconValue(parts) : HoconResolver.Concatenate(parts);
    }

    private HoconPart Part()
    {
        var position = _scan.Position;
        switch (_scan.Current)
        {
            case '{':
                var fields = new HoconObject();
                ObjectBody(fields);
                return new HoconPart(new HoconValue(fields), null, false, false, position);
            case '[':
                return new HoconPart(new HoconValue(ArrayBody()), null, false, false, position);
            case '"':
                return new HoconPart(new HoconValue(_scan.TakeQuoted()), null, false, false, position);
            case '$' when _scan.LooksAt("${"):
                return Substitution(position);
            default:
                return new HoconPart(new HoconValue(Unquoted(position)), null, false, false, position);
        }
    }

    private string Unquoted(HoconPosition position)
    {
        var text = new StringBuilder();
        while (!_scan.AtEnd && !HoconScanner.IsBlank(_scan.Current) && !_scan.AtComment && !_scan.LooksAt("${")
            && _scan.Current is not (',' or '{' or '}' or '[' or ']' or '"'))
            text.Append(_scan.Take());
        return text.Length > 0 ? text.ToString() : throw position.Error($"'{_scan.Current}' cannot begin a value");
    }

    private HoconPart Substitution(HoconPosition position)
    {
        _scan.Take(2);
        var optional = _scan.Current == '?';
        if (optional) _scan.Take();
        var path = _scan.TakeWhile(c => c is not ('}' or '\n')).Trim();
        if (_scan.Current != '}' || path.Length == 0) throw position.Error("a substitution is written ${path} or ${?path}");
        _scan.Take();
        return new HoconPart(null, path, optional, false, position);
    }

    private List<HoconValue> ArrayBody()
    {
        var open = _scan.Position;
        if (++_depth > MaxDepth) throw open.Error($"more than {MaxDepth} levels");
        _scan.Take();
        var elements = new List<HoconValue>();
        while (true)
        {
            _scan.SkipToNext(commas: true);
            if (_scan.AtEnd) throw open.Error("this '[' is not closed");
            if (_scan.Current == ']') break;
            if (_scan.Current == '}') throw _scan.Position.Error("this '}' closes nothing");
            elements.Add(Value());
        }
        _scan.Take();
        _depth--;
        return elements;
    }
}
