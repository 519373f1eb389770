using System.Collections.Concurrent;
using Akka.Actor;
using Akka.Configuration;

namespace Akka.Serialization;

/// <summary>The serializers of a system by name, by id and by message type.</summary>
internal sealed class SerializerRegistry
{
    private readonly Dictionary<string, Serializer> _byName = new(StringComparer.Ordinal);
    private readonly Dictionary<int, Serializer> _byId = [];
    private readonly List<(Type Type, Serializer Serializer)> _bindings = [];
    private readonly ConcurrentDictionary<Type, Serializer> _byType = new();

    public SerializerRegistry(ExtendedActorSystem system)
    {
        var primitive = new PrimitiveSerializer(system);
        Add("null", new NullSerializer(system));
        Add("bytes", new ByteArraySerializer(system));
        var control = new ControlSerializer(system);
        Add("primitive", primitive);
        Add("control", control);
        _bindings.Add((typeof(byte[]), ByName("bytes")));
        foreach (var type in new[] { typeof(string), typeof(int), typeof(long) }) _bindings.Add((type, primitive));
        foreach (var type in ControlSerializer.Messages) _bindings.Add((type, control));
        var config = system.Settings.Config;
        foreach (var (name, type) in Entries(config, "akka.actor.serializers")) Add(name, Create(type, system));
        foreach (var (typeName, serializer) in Entries(config, "akka.actor.serialization-bindings")) Bind(typeName, serializer);
    }

    public Serializer ById(int id) => _byId.GetValueOrDefault(id);

    public Serializer ByName(string name) => name is null ? null : _byName.GetValueOrDefault(name);

    /// <summary>The binding of the type itself or else the most specific one that it satisfies; null when there is none.</summary>
    public Serializer For(Type type) => _byType.TryGetValue(type, out var known) ? known : _byType.GetOrAdd(type, Search);

    internal void Bind(Type type, Serializer serializer)
    {
        _bindings.RemoveAll(b => b.Type == type);
        _bindings.Add((type, serializer));
        _byType.Clear();
    }

    internal void Add(string name, Serializer serializer)
    {
        _byName[name] = serializer;
        if (_byId.TryGetValue(serializer.Identifier, out var other) && other.GetType() != serializer.GetType())
            throw new ConfigurationException(
                $"serializers {other.GetType().FullName} and {serializer.GetType().FullName} both have the identifier {serializer.Identifier}; give one of them another");
        _byId[serializer.Identifier] = serializer;
    }

    public static int ConfiguredIdentifier(Type type, ExtendedActorSystem system)
    {
        foreach (var (name, id) in Entries(system.Settings.Config, "akka.actor.serialization-identifiers"))
        {
            if (TypeLookup.Find(name) == type) return int.Parse(id, System.Globalization.CultureInfo.InvariantCulture);
        }
        throw new ConfigurationException(
            $"serializer {type.FullName} has no identifier; override Identifier or set akka.actor.serialization-identifiers.\"{type.FullName}, {type.Assembly.GetName().Name}\"");
    }

    private Serializer Search(Type type)
    {
        (Type Type, Serializer Serializer) best = default;
        foreach (var binding in _bindings)
        {
            if (binding.Type == type) return binding.Serializer;
            if (binding.Type.IsAssignableFrom(type) && (best.Type is null || best.Type.IsAssignableFrom(binding.Type))) best = binding;
        }
        return best.Serializer;
    }

    private void Bind(string typeName, string serializerName)
    {
        var type = TypeLookup.Find(typeName)
            ?? throw new ConfigurationException($"akka.actor.serialization-bindings: '{typeName}' names no type; write \"Namespace.Type, Assembly\"");
        Bind(type, ByName(serializerName)
            ?? throw new ConfigurationException($"akka.actor.serialization-bindings: '{typeName}' is bound to '{serializerName}', which akka.actor.serializers does not have"));
    }

    private static Serializer Create(string typeName, ExtendedActorSystem system)
    {
        var type = TypeLookup.Find(typeName)
            ?? throw new ConfigurationException($"akka.actor.serializers: '{typeName}' names no type; write \"Namespace.Type, Assembly\"");
        return type.GetConstructor([typeof(ExtendedActorSystem), typeof(Config)]) is not null
            ? (Serializer)Activator.CreateInstance(type, system, Config.Empty)
            : (Serializer)Activator.CreateInstance(type, system);
    }

    private static IEnumerable<(string Key, string Value)> Entries(Config config, string path)
    {
        var section = config.GetConfig(path);
        return section is null ? [] : section.AsEnumerable().Select(e => (e.Key, e.Value.GetString()));
    }
}
