using System.Runtime.Serialization;

namespace Akka.Serialization;

/// <summary>The simple values that work without any setting: nothing, text, whole numbers and bytes.</summary>
internal sealed class PrimitiveSerializer(ExtendedActorSystem system) : SerializerWithStringManifest(system)
{
    public static readonly Type[] Messages = [typeof(string), typeof(int), typeof(long), typeof(byte[])];

    public override int Identifier => 17;

    public override string Manifest(object o) => o switch
    {
        null => "N",
        string => "S",
        int => "I",
        long => "L",
        byte[] => "B",
        _ => throw new NotSupportedException($"{nameof(PrimitiveSerializer)} takes string, int, long and byte[], not {o.GetType().FullName}"),
    };

    public override byte[] ToBinary(object obj) => obj switch
    {
        null => [],
        string text => Encoding.UTF8.GetBytes(text),
        int number => BitConverter.GetBytes(number),
        long number => BitConverter.GetBytes(number),
        _ => (byte[])obj,
    };

    public override object FromBinary(byte[] bytes, string manifest) => manifest switch
    {
        "N" when bytes.Length == 0 => null,
        "S" => Encoding.UTF8.GetString(bytes),
        "I" when bytes.Length == sizeof(int) => BitConverter.ToInt32(bytes),
        "L" when bytes.Length == sizeof(long) => BitConverter.ToInt64(bytes),
        "B" => bytes,
        _ => throw new SerializationException($"{bytes.Length} bytes with manifest '{manifest}' are no string, int, long or byte[]"),
    };
}

/// <summary>The few messages of the engine itself that go from system to system.</summary>
internal sealed class ControlSerializer(ExtendedActorSystem system) : SerializerWithStringManifest(system)
{
    public static readonly Type[] Messages = [typeof(PoisonPill), typeof(Kill), typeof(Identify), typeof(ActorIdentity)];

    public override int Identifier => 16;

    public override string Manifest(object o) => o switch
    {
        PoisonPill => "P",
        Kill => "K",
        Identify => "ID",
        ActorIdentity => "AID",
        _ => throw new NotSupportedException($"{nameof(ControlSerializer)} does not take {o?.GetType().FullName ?? "null"}"),
    };

    public override byte[] ToBinary(object obj) => obj switch
    {
        Identify identify => Write(identify.MessageId, null),
        ActorIdentity identity => Write(identity.MessageId, identity.Subject),
        _ => [],
    };

    public override object FromBinary(byte[] bytes, string manifest) => manifest switch
    {
        "P" => PoisonPill.Instance,
        "K" => Kill.Instance,
        "ID" => new Identify(Read(bytes).MessageId),
        "AID" when Read(bytes) is var (messageId, path) => new ActorIdentity(messageId, path.Length == 0 ? null : system.Provider.ResolveActorRef(path)),
        _ => throw new SerializationException($"manifest '{manifest}' is none of {nameof(ControlSerializer)}"),
    };

    private byte[] Write(object messageId, IActorRef subject)
    {
        var serializer = system.Serialization.FindSerializerFor(messageId);
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream, Encoding.UTF8);
        writer.Write(subject?.Path.ToSerializationFormatWithAddress(system.Provider.DefaultAddress) ?? "");
        writer.Write(serializer.Identifier);
        writer.Write(Serialization.ManifestFor(serializer, messageId));
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
