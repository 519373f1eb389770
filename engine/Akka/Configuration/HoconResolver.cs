namespace Akka.Configuration.Hocon;

/// <summary>Puts the values in the place of ${references}, and joins parts that stand side by side.</summary>
internal sealed class HoconResolver(HoconObject root)
{
    private readonly HashSet<HoconValue> _inProgress = [];

    public void Resolve() => Resolve(root);

    private void Resolve(HoconObject fields)
    {
        foreach (var (key, value) in fields.Items.ToList())
        {
            Resolve(value);
            if (value.IsEmpty) fields.Items.Remove(key);
        }
    }

    private void Resolve(HoconValue value)
    {
        if (value.Parts is null)
        {
            if (value.IsObject()) Resolve(value.GetObject());
            foreach (var element in value.GetArray()) Resolve(element);
            return;
        }
        if (!_inProgress.Add(value)) throw value.Parts[0].Position.Error("a value refers to itself");
        var settled = new List<HoconPart>();
        foreach (var part in value.Parts)
        {
            var found = part.Reference is null ? part.Value : Find(part);
            if (found is null) continue;
            Resolve(found);
            settled.Add(part with { Value = found.Clone(), Reference = null });
        }
        value.Become(settled.Count == 0 ? new HoconValue((string)null) : Concatenate(settled));
        _inProgress.Remove(value);
    }

    private HoconValue Find(HoconPart part)
    {
        HoconValue value = null;
        var fields = root;
        foreach (var element in ConfigPath.Split(part.Reference))
        {
            if (value is not null)
            {
                if (value.Parts is not null) Resolve(value);
                fields = value.GetObject();
            }
            value = fields?.GetKey(element);
            if (value is null) break;
        }
        if (value is null && !part.Optional) throw part.Position.Error($"unresolved substitution ${{{part.Reference}}}; ${{?{part.Reference}}} may be missing");
        return value;
    }

    /// <summary>Objects are merged, lists are joined, texts are strung together.</summary>
    public static HoconValue Concatenate(List<HoconPart> parts)
    {
        if (parts.Count == 1) return parts[0].Value;
        var solid = parts.FindAll(p => !p.IsBlank);
        if (solid.TrueForAll(p => p.Value.IsObject()))
        {
            var merged = new HoconObject();
            foreach (var part in solid) merged.Override(part.Value.GetObject());
            return new HoconValue(merged);
        }
        if (solid.TrueForAll(p => p.Value.IsArray())) return new HoconValue([.. solid.SelectMany(p => p.Value.GetArray())]);
        if (solid.TrueForAll(p => p.Value.IsString())) return new HoconValue(string.Concat(parts.Select(p => p.Value.GetString())));
        // A later value of another kind takes the place of an object that stood under the key.
        if (parts[0] is { Optional: true, Value: { } first } && first.IsObject()) return Concatenate(parts[1..]);
        throw solid[1].Position.Error("texts, lists and objects cannot be joined with one another");
    }
}

internal static class ConfigPath
{
    /// <summary>a."b.c".d has three elements.</summary>
    public static List<string> Split(string path)
    {
        var elements = new List<string>();
        var start = 0;
        var quoted = false;
        for (var i = 0; i <= path.Length; i++)
        {
            if (i < path.Length && path[i] == '"') quoted = !quoted;
            if (i < path.Length && (quoted || path[i] != '.')) continue;
            elements.Add(path[start..i].Replace("\"", "", StringComparison.Ordinal));
            start = i + 1;
        }
        return elements;
    }
}
