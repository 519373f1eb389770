using System.Runtime.Serialization;
using Akka.Actor;

namespace Akka.Serialization;

/// <summary>Which serializer takes which message, from `akka.actor.serializers` and `akka.actor.serialization-bindings`.</summary>
public class Serialization
{
    private readonly SerializerRegistry _registry;

    public Serialization(ExtendedActorSystem system)
    {
        System = system;
        _registry = new SerializerRegistry(system);
    }

    public ExtendedActorSystem System { get; }

    public byte[] Serialize(object o) => FindSerializerFor(o).ToBinary(o);

    public object Deserialize(byte[] bytes, int serializerId, string manifest)
    {
        var serializer = _registry.ById(serializerId) ?? throw new SerializationException(
            $"no serializer with id {serializerId} (manifest '{manifest}'); the two systems need the same akka.actor.serializers and serialization-identifiers");
        if (serializer is SerializerWithStringManifest named) return named.FromBinary(bytes, manifest);
        return serializer.FromBinary(bytes, string.IsNullOrEmpty(manifest) ? null : TypeOf(manifest));
    }

    public Serializer FindSerializerFor(object obj, string defaultSerializerName = null) =>
        obj is null ? _registry.ById(0) : FindSerializerForType(obj.GetType(), defaultSerializerName);

    public Serializer FindSerializerForType(Type objectType, string defaultSerializerName = null) =>
        _registry.For(objectType) ?? _registry.ByName(defaultSerializerName) ?? throw new SerializationException(
            $"no serializer for {objectType.FullName}; bind the type, or one that it derives from, in akka.actor.serialization-bindings");

    public static string ManifestFor(Serializer s, object msg) => s switch
    {
        SerializerWithStringManifest named => named.Manifest(msg),
        { IncludeManifest: true } => TypeManifest(msg.GetType()),
        _ => "",
    };

    internal static string TypeManifest(Type type) => type is null ? "" : $"{type.FullName}, {type.Assembly.GetName().Name}";

    private static Type TypeOf(string manifest) => TypeLookup.Find(manifest)
        ?? throw new SerializationException($"manifest '{manifest}' names no type that is known here");
}
