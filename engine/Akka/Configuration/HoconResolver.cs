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
            if ((part.Value ?? Find(part)) is not { } found) continue;
            Resolve(found);
            settled.Add(part with { Value = found.Clone() });
        }
        value.Become(settled.Count == 0 ? new HoconValue((string)null) : Concatenate(settled));
        _inProgress.Remove(value);
    }

    private HoconValue Find(HoconPart part) => new HoconValue(root).Find(part.Reference, Settle)
        ?? (part.Optional ? null : throw part.Position.Error($"unresolved substitution ${{{part.Reference}}}; ${{?{part.Reference}}} may be missing"));

    private void Settle(HoconValue onTheWay)
    {
        if (onTheWay.Parts is not null) Resolve(onTheWay);
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
