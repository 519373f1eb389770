using System.Runtime.Serialization;
using Akka.Actor;
using Akka.Configuration;
using Akka.Serialization;

namespace PbKv.Remoting.Bench;

/// <summary>Sent by the client to the server, and back: the payload of every measurement.</summary>
public sealed record Echo(byte[] Body);

public sealed class EchoSerializer(ExtendedActorSystem system) : SerializerWithStringManifest(system)
{
    public override int Identifier => 4711;

    public override string Manifest(object o) => "E";

    public override byte[] ToBinary(object obj) => ((Echo)obj).Body;

    public override object FromBinary(byte[] bytes, string manifest) =>
        manifest == "E"
            ? new Echo(bytes)
            : throw new SerializationException($"manifest '{manifest}' is none of the benchmark's");
}

public sealed class EchoActor : ReceiveActor
{
    public EchoActor() => Receive<Echo>(echo => Sender.Tell(echo, Self));
}

public static class Systems
{
    /// <summary>Akka.Remote as it comes, but for where it listens.</summary>
    public static ActorSystem DotNetty() => ActorSystem.Create("bench", Listening("akka.remote.dot-netty.tcp"));

    public static ActorSystem PlugIn() =>
        ActorSystem.Create("bench", Listening("akka.remote.sockets").WithFallback(SocketRemoting.Config));

    public static string AddressOf(ActorSystem system) =>
        ((ExtendedActorSystem)system).Provider.DefaultAddress.ToString();

    private static Config Listening(string transport) =>
        ConfigurationFactory.ParseString(
            $$"""
            akka {
              loglevel = WARNING
              log-dead-letters = off
              actor {
                provider = remote
                serializers.echo = "{{typeof(EchoSerializer).AssemblyQualifiedName}}"
                serialization-bindings { "{{typeof(Echo).AssemblyQualifiedName}}" = echo }
              }
            }
            {{transport}} { hostname = "127.0.0.1", port = 0 }
            """
        );
}
