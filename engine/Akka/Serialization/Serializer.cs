namespace Akka.Serialization;

/// <summary>Turns messages into bytes and back. Its identifier goes over the wire, so it is the same in every system.</summary>
public abstract class Serializer
{
    protected readonly ExtendedActorSystem system;
    private readonly Lazy<int> _identifier;

    protected Serializer(ExtendedActorSystem system)
    {
        this.system = system;
        _identifier = new Lazy<int>(() => Serialization.ConfiguredIdentifier(GetType(), system));
    }

    /// <summary>Unless overridden, the number that `akka.actor.serialization-identifiers` gives to this type.</summary>
    public virtual int Identifier => _identifier.Value;

    public abstract bool IncludeManifest { get; }

    public abstract byte[] ToBinary(object obj);
    public abstract object FromBinary(byte[] bytes, Type type);
}

/// <summary>A serializer that names its messages itself, so that types can be renamed and moved.</summary>
public abstract class SerializerWithStringManifest(ExtendedActorSystem system) : Serializer(system)
{
    public sealed override bool IncludeManifest => true;

    public sealed override object FromBinary(byte[] bytes, Type type) => FromBinary(bytes, Serialization.TypeManifest(type));

    public abstract object FromBinary(byte[] bytes, string manifest);
    public abstract string Manifest(object o);
}
