using System.Runtime.Serialization;
using System.Text;
using Akka.Actor;

namespace Akka.Serialization;

/// <summary>The few messages of the engine itself that go from system to system.</summary>
internal sealed class ControlSerializer(ExtendedActorSystem system) : SerializerWithStringManifest(system)
{
    private const string PoisonPillManifest = "P";
    private const string KillManifest = "K";
    private const string IdentifyManifest = "ID";
    private const string IdentityManifest = "AID";

    public static readonly Type[] Messages = [typeof(PoisonPill), typeof(Kill), typeof(Identify), typeof(ActorIdentity)];

    public override int Identifier => 16;

    public override string Manifest(object o) => o switch
    {
        PoisonPill => PoisonPillManifest,
        Kill => KillManifest,
        Identify => IdentifyManifest,
        ActorIdentity => IdentityManifest,
        _ => throw new NotSupportedException($"{nameof(ControlSerializer)} does not take {o?.GetType().FullName ?? "null"}"),
    };

    public override byte[] ToBinary(object obj) => obj switch
    {
        Identify identify => Write(identify.MessageId, null),
        ActorIdentity identity => Write(identity.MessageId, identity.Subject),
        _ => [],
    };

    public override object FromBinary(byte[] bytes, string manifest)
    {
        switch (manifest)
        {
            case PoisonPillManifest: return PoisonPill.Instance;
            case KillManifest: return Kill.Instance;
            case IdentifyManifest: return new Identify(Read(bytes).MessageId);
            case IdentityManifest:
                var (messageId, path) = Read(bytes);
                return new ActorIdentity(messageId, path.Length == 0 ? null : system.Provider.ResolveActorRef(path));
            default: throw new SerializationException($"manifest '{manifest}' is none of {nameof(ControlSerializer)}");
        }
    }

    private byte[] Write(object messageId, IActorRef subject)
    {
        var serializer = system.Serialization.FindSerializerFor(messageId);
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream, Encoding.UTF8);
        writer.Write(subject?.Path.ToSerializationFormatWithAddress(system.Provider.DefaultAddress) ?? "");
        writer.Write(serializer.Identifier);
        writer.Write(messageId is null ? "" : Serialization.ManifestFor(serializer, messageId));
        writer.Write(serializer.ToBinary(messageId));
        writer.Flush();
        return stream.ToArray();
    }

    private (object MessageId, string Path) Read(byte[] bytes)
    {
        using var stream = new MemoryStream(bytes);
        using var reader = new BinaryReader(stream, Encoding.UTF8);
        var path = reader.ReadString();
        var serializer = reader.ReadInt32();
        var manifest = reader.ReadString();
        return (system.Serialization.Deserialize(bytes[(int)stream.Position..], serializer, manifest), path);
    }
}
