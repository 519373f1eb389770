using System.Runtime.Serialization;
using Akka.Actor;
using Akka.Configuration;
using Akka.Serialization;

namespace Engine.Bench;

/// <summary>Sent by the client to the server, and back: the payload of every measurement.</summary>
public sealed record Echo(byte[] Body);

public sealed class EchoSerializer(ExtendedActorSystem system) : SerializerWithStringManifest(system)
{
    public override int Identifier => 4711;

    public override string Manifest(object o) => "E";

    public override byte[] ToBinary(object obj) => ((Echo)obj).Body;

    public override object FromBinary(byte[] bytes, string manifest) =>
        manifest == "E" ? new Echo(bytes) : throw new SerializationException($"manifest '{manifest}' is none of the benchmark's");
}

public sealed class EchoActor : ReceiveActor
{
    public EchoActor() => Receive<Echo>(echo => Sender.Tell(echo, Self));
}

public static class Systems
{
    private static readonly Config Quiet = ConfigurationFactory.ParseString("""
        akka.loglevel = WARNING
        akka.log-dead-letters = off
        """);

    public static ActorSystem Local() => ActorSystem.Create("bench", Quiet);

    public static ActorSystem Remote() => ActorSystem.Create("bench", ConfigurationFactory.ParseString($$"""
        akka.actor {
          provider = remote
          serializers.echo = "{{typeof(EchoSerializer).AssemblyQualifiedName}}"
          serialization-bindings { "{{typeof(Echo).AssemblyQualifiedName}}" = echo }
        }
        akka.remote.dot-netty.tcp { hostname = "127.0.0.1", port = 0 }
        """).WithFallback(Quiet));
}
