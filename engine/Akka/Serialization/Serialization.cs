using System.Runtime.Serialization;

namespace Akka.Serialization;

/// <summary>Which serializer takes which message, from `akka.actor.serializers` and `akka.actor.serialization-bindings`.</summary>
public class Serialization
{
    private const string Bindings = "akka.actor.serialization-bindings";
    private const string Serializers = "akka.actor.serializers";
    private const string Identifiers = "akka.actor.serialization-identifiers";

    private readonly Dictionary<string, Serializer> _byName = new(StringComparer.Ordinal);
    private readonly Dictionary<int, Serializer> _byId = [];
    private readonly Dictionary<Type, Serializer> _bindings = [];
    private readonly ConcurrentDictionary<Type, Serializer> _byType = new();
    private readonly PrimitiveSerializer _primitive;

    public Serialization(ExtendedActorSystem system)
    {
        _primitive = new PrimitiveSerializer(system);
        Add("primitive", _primitive, PrimitiveSerializer.Messages);
        Add("control", new ControlSerializer(system), ControlSerializer.Messages);
        foreach (var (name, type) in Entries(system, Serializers)) Add(name, (Serializer)Activator.CreateInstance(TypeIn(Serializers, type), system), []);
        foreach (var (type, name) in Entries(system, Bindings))
        {
            _bindings[TypeIn(Bindings, type)] = _byName.GetValueOrDefault(name)
                ?? throw new ConfigurationException($"{Bindings}: '{type}' is bound to '{name}', which {Serializers} does not have");
        }
    }

    public byte[] Serialize(object o) => FindSerializerFor(o).ToBinary(o);

    public object Deserialize(byte[] bytes, int serializerId, string manifest)
    {
        var serializer = _byId.GetValueOrDefault(serializerId) ?? throw new SerializationException(
            $"no serializer with id {serializerId} (manifest '{manifest}'); the two systems need the same {Serializers} and serialization-identifiers");
        if (serializer is SerializerWithStringManifest named) return named.FromBinary(bytes, manifest);
        if (string.IsNullOrEmpty(manifest)) return serializer.FromBinary(bytes, null);
        return serializer.FromBinary(bytes, TypeLookup.Find(manifest)
            ?? throw new SerializationException($"manifest '{manifest}' names no type that is known here"));
    }

    public Serializer FindSerializerFor(object obj, string defaultSerializerName = null) => obj is null ? _primitive
        : For(obj.GetType()) ?? _byName.GetValueOrDefault(defaultSerializerName ?? "") ?? throw new SerializationException(
            $"no serializer for {obj.GetType().FullName}; bind the type, or one that it derives from, in {Bindings}");

    public static string ManifestFor(Serializer s, object msg) => s switch
    {
        SerializerWithStringManifest named => named.Manifest(msg),
        { IncludeManifest: true } => TypeManifest(msg.GetType()),
        _ => "",
    };

    internal static string TypeManifest(Type type) => type is null ? "" : $"{type.FullName}, {type.Assembly.GetName().Name}";

    internal static int ConfiguredIdentifier(Type type, ExtendedActorSystem system)
    {
        var (_, id) = Entries(system, Identifiers).FirstOrDefault(entry => TypeLookup.Find(entry.Key) == type);
        if (id is not null) return int.Parse(id, CultureInfo.InvariantCulture);
        throw new ConfigurationException($"serializer {type.FullName} has no identifier; override Identifier or set {Identifiers}.\"{TypeManifest(type)}\"");
    }

    /// <summary>The serializer of the type itself, or else of the most specific bound type that it satisfies; null when there is none.</summary>
    private Serializer For(Type type) => _byType.TryGetValue(type, out var known) ? known : _byType.GetOrAdd(type, Search);

    private Serializer Search(Type type)
    {
        Type best = null;
        foreach (var bound in _bindings.Keys)
        {
            if (bound.IsAssignableFrom(type) && (best is null || best.IsAssignableFrom(bound))) best = bound;
        }
        return best is null ? null : _bindings[best];
    }

    private void Add(string name, Serializer serializer, Type[] types)
    {
        _byName[name] = serializer;
        if (_byId.TryGetValue(serializer.Identifier, out var other) && other.GetType() != serializer.GetType())
            throw new ConfigurationException(
                $"serializers {other.GetType().FullName} and {serializer.GetType().FullName} both have the identifier {serializer.Identifier}; give one of them another");
        _byId[serializer.Identifier] = serializer;
        foreach (var type in types) _bindings[type] = serializer;
    }

    private static Type TypeIn(string setting, string name) => TypeLookup.Find(name)
        ?? throw new ConfigurationException($"{setting}: '{name}' names no type; write \"Namespace.Type, Assembly\"");

    private static IEnumerable<(string Key, string Value)> Entries(ExtendedActorSystem system, string path) =>
        system.Settings.Config.GetConfig(path)?.AsEnumerable().Select(e => (e.Key, e.Value.GetString())) ?? [];
}
