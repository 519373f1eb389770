using Akka.Actor;

namespace Akka.Serialization;

/// <summary>Turns messages into bytes and back. Its identifier goes over the wire, so it is the same in every system.</summary>
public abstract class Serializer
{
    protected readonly ExtendedActorSystem system;
    private readonly Lazy<int> _identifier;

    protected Serializer(ExtendedActorSystem system)
    {
        this.system = system;
        _identifier = new Lazy<int>(() => SerializerRegistry.ConfiguredIdentifier(GetType(), system));
    }

    /// <summary>Unless overridden, the number that `akka.actor.serialization-identifiers` gives to this type.</summary>
    public virtual int Identifier => _identifier.Value;

    public abstract bool IncludeManifest { get; }

    public abstract byte[] ToBinary(object obj);

    public abstract object FromBinary(byte[] bytes, Type type);
}

/// <summary>A serializer that names its messages itself, so that types can be renamed and moved.</summary>
public abstract class SerializerWithStringManifest : Serializer
{
    protected SerializerWithStringManifest(ExtendedActorSystem system) : base(system) { }

    public sealed override bool IncludeManifest => true;

    public sealed override object FromBinary(byte[] bytes, Type type) => FromBinary(bytes, Serialization.TypeManifest(type));

    public abstract object FromBinary(byte[] bytes, string manifest);

    public abstract string Manifest(object o);
}

/// <summary>Bytes as they are.</summary>
public class ByteArraySerializer : Serializer
{
    public ByteArraySerializer(ExtendedActorSystem system) : base(system) { }

    public override bool IncludeManifest => false;

    public override byte[] ToBinary(object obj) => obj switch
    {
        null => null,
        byte[] bytes => bytes,
        _ => throw new NotSupportedException($"{nameof(ByteArraySerializer)} takes byte[], not {obj.GetType().FullName}"),
    };

    public override object FromBinary(byte[] bytes, Type type) => bytes;
}

internal sealed class NullSerializer(ExtendedActorSystem system) : Serializer(system)
{
    public override int Identifier => 0;

    public override bool IncludeManifest => false;

    public override byte[] ToBinary(object obj) => [];

    public override object FromBinary(byte[] bytes, Type type) => null;
}

/// <summary>The simple values that work without any setting: text and whole numbers.</summary>
internal sealed class PrimitiveSerializer(ExtendedActorSystem system) : SerializerWithStringManifest(system)
{
    public override int Identifier => 17;

    public override byte[] ToBinary(object obj) => obj switch
    {
        string text => System.Text.Encoding.UTF8.GetBytes(text),
        int number => BitConverter.GetBytes(number),
        long number => BitConverter.GetBytes(number),
        _ => throw new NotSupportedException($"{nameof(PrimitiveSerializer)} takes string, int and long, not {obj?.GetType().FullName ?? "null"}"),
    };

    public override object FromBinary(byte[] bytes, string manifest) => manifest switch
    {
        "S" => System.Text.Encoding.UTF8.GetString(bytes),
        "I" when bytes.Length == sizeof(int) => BitConverter.ToInt32(bytes),
        "L" when bytes.Length == sizeof(long) => BitConverter.ToInt64(bytes),
        _ => throw new System.Runtime.Serialization.SerializationException($"{bytes.Length} bytes with manifest '{manifest}' are no string, int or long"),
    };

    public override string Manifest(object o) => o switch
    {
        string => "S",
        int => "I",
        long => "L",
        _ => throw new NotSupportedException($"{nameof(PrimitiveSerializer)} takes string, int and long, not {o?.GetType().FullName ?? "null"}"),
    };
}
