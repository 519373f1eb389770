namespace Akka.Configuration.Hocon;

/// <summary>Reads HOCON as Akka 1.5's own parser accepts it, and is stricter where that one lets a slip pass in silence.</summary>
internal sealed class HoconParser(string hocon)
{
    private const int MaxDepth = 200;
    private readonly HoconScanner _scan = new(hocon);
    private int _depth;

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
        if (_scan.Current == '{') Between('}', () => Field(root));
        _scan.SkipToNext(commas: true);
        while (!_scan.AtEnd)
        {
            if (_scan.Current == '}') throw _scan.Position.Error("this '}' closes nothing");
            Field(root);
            _scan.SkipToNext(commas: true);
        }
        return root;
    }

    /// <summary>From an opening bracket to the one that closes it.</summary>
    private void Between(char close, Action item)
    {
        var open = _scan.Position;
        if (++_depth > MaxDepth) throw open.Error($"more than {MaxDepth} levels");
        var bracket = _scan.Take();
        while (true)
        {
            _scan.SkipToNext(commas: true);
            if (_scan.AtEnd) throw open.Error($"this '{bracket}' is not closed");
            if (_scan.Current == close) break;
            if (_scan.Current == '}') throw _scan.Position.Error("this '}' closes nothing");
            item();
        }
        _scan.Take();
        _depth--;
    }

    private void Field(HoconObject owner)
    {
        var position = _scan.Position;
        var path = Key();
        foreach (var name in path[..^1]) owner = Below(owner, name);
        _scan.SkipToNext(commas: false);
        if (_scan.TryTake('=') || _scan.TryTake(':')) _scan.SkipToNext(commas: false);
        else if (_scan.Current != '{') throw position.Error($"'{string.Join('.', path)}' is followed by no '=', ':' or '{{'");
        Assign(owner, path[^1], Value());
        _scan.TakeBlanks();
        if (!_scan.AtEnd && !_scan.AtComment && _scan.Current is not (',' or '\n' or '}'))
            throw _scan.Position.Error($"'{_scan.Current}' after the value of '{path[^1]}'; a value ends with its line, a comma or '}}'");
    }

    /// <summary>An object goes into what stands there already, resolved or not; anything else replaces it.</summary>
    private static void Assign(HoconObject owner, string key, HoconValue value)
    {
        var standing = owner.GetKey(key);
        if (value.IsObject() && standing is { Parts: { } unresolved }) unresolved.Add(new HoconPart(value));
        else if (value.IsObject() && standing?.GetObject() is { } fields)
        {
            foreach (var (name, inner) in value.GetObject().Items) Assign(fields, name, inner);
        }
        else
        {
            // References may turn out to be an object, too, and then go into the one that stands there.
            if (standing is not null && standing.IsObject() && value.Parts is { } parts && parts.TrueForAll(p => p.Reference is not null || p.IsBlank))
                parts.Insert(0, new HoconPart(standing) { Optional = true });
            owner.Items[key] = value;
        }
    }

    private static HoconObject Below(HoconObject owner, string key)
    {
        if (owner.GetKey(key)?.GetObject() is { } standing) return standing;
        var added = new HoconObject();
        Assign(owner, key, new HoconValue(added));
        return added;
    }

    private List<string> Key()
    {
        var position = _scan.Position;
        var path = new List<string>();
        do path.Add(Element(position));
        while (_scan.TryTake('.'));
        if (_scan.Current is '$' or '+' or '[' or ']') throw _scan.Position.Error($"'{_scan.Current}' in a key; quote the key if it is meant");
        return path;
    }

    private string Element(HoconPosition start)
    {
        var element = new StringBuilder();
        var quoted = false;
        while (true)
        {
            element.Append(_scan.TakeWhile(c => c is not ('.' or '=' or ':' or '{' or '}' or '[' or ']' or ',' or '"' or '#' or '\n' or '\r' or '$' or '+')));
            if (_scan.Current != '"') break;
            element.Append(_scan.TakeQuoted());
            quoted = true;
        }
        if (quoted) return element.ToString().TrimEnd();
        var text = element.ToString().Trim();
        return text.Length > 0 ? text : throw start.Error("a key is empty");
    }

    private HoconValue Value()
    {
        var parts = new List<HoconPart>();
        while (true)
        {
            var position = _scan.Position;
            var blanks = _scan.TakeBlanks();
            if (_scan.AtEnd || _scan.AtComment || _scan.Current is '\n' or ',' or '}' or ']') break;
            if (blanks.Length > 0 && parts.Count > 0) parts.Add(new HoconPart(new HoconValue(blanks), position) { IsBlank = true });
            parts.Add(Part());
        }
        if (parts.Count == 0) throw _scan.Position.Error("a value is missing; \"\" is the empty one");
        return parts.Exists(p => p.Value is null or { Parts: { } }) ? new HoconValue(parts) : HoconResolver.Concatenate(parts);
    }

    private HoconPart Part()
    {
        var position = _scan.Position;
        return _scan.Current switch
        {
            '{' => new HoconPart(new HoconValue(ObjectBody()), position),
            '[' => new HoconPart(new HoconValue(ArrayBody()), position),
            '"' => new HoconPart(new HoconValue(_scan.TakeQuoted()), position),
            '$' when _scan.LooksAt("${") => Substitution(position),
            _ => new HoconPart(new HoconValue(Unquoted(position)), position),
        };
    }

    private HoconObject ObjectBody()
    {
        var fields = new HoconObject();
        Between('}', () => Field(fields));
        return fields;
    }

    private List<HoconValue> ArrayBody()
    {
        var elements = new List<HoconValue>();
        Between(']', () => elements.Add(Value()));
        return elements;
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
        var optional = _scan.TryTake('?');
        var path = _scan.TakeWhile(c => c is not ('}' or '\n')).Trim();
        if (!_scan.TryTake('}') || path.Length == 0) throw position.Error("a substitution is written ${path} or ${?path}");
        return new HoconPart(null, position) { Reference = path, Optional = optional };
    }
}
