using System.Runtime.Serialization;
using Akka.Actor;
using Akka.Configuration;
using Akka.Serialization;

namespace Engine.Own.Tests.Remote;

/// <summary>Remote systems for the tests of what the engine alone promises.</summary>
internal static class OwnSystems
{
    public static ActorSystem Start(string name, string more = "") => ActorSystem.Create(name, ConfigurationFactory.ParseString(more)
        .WithFallback(ConfigurationFactory.ParseString($$"""
            akka {
              loglevel = INFO
              stdout-loglevel = OFF
              loggers = []
              log-dead-letters = off
              actor {
                provider = remote
                serializers.parcel = "{{typeof(ParcelSerializer).AssemblyQualifiedName}}"
                serialization-bindings { "{{typeof(Parcel).AssemblyQualifiedName}}" = parcel }
              }
              remote {
                log-remote-lifecycle-events = off
                retry-gate-closed-for = 50ms
                dot-netty.tcp { hostname = "127.0.0.1", port = 0 }
              }
            }
            """)));

    public static Address AddressOf(ActorSystem system) => ((ExtendedActorSystem)system).Provider.DefaultAddress;

    public static IActorRef Across(ActorSystem from, ActorSystem to, string path) =>
        ((ExtendedActorSystem)from).Provider.ResolveActorRef(AddressOf(to) + path);
}

internal sealed record Parcel(byte[] Bytes);

internal sealed class ParcelSerializer(ExtendedActorSystem system) : SerializerWithStringManifest(system)
{
    public const int Id = 7002;

    public override int Identifier => Id;

    public override string Manifest(object o) => "parcel";

    public override byte[] ToBinary(object obj) => ((Parcel)obj).Bytes;

    public override object FromBinary(byte[] bytes, string manifest) => manifest == "parcel"
        ? new Parcel(bytes)
        : throw new SerializationException($"manifest '{manifest}' is no parcel's");
}

internal sealed class ParcelEcho : ReceiveActor
{
    public ParcelEcho() => Receive<Parcel>(parcel => Sender.Tell(parcel, Self));
}

/// <summary>Counts what the log says at warning or above, with the lines that were left out of it.</summary>
internal sealed class LogCounter : ReceiveActor
{
    public LogCounter(Counts counts) => Receive<Akka.Event.LogEvent>(line =>
    {
        if (line.LogLevel() < Akka.Event.LogLevel.WarningLevel) return;
        Interlocked.Increment(ref counts.Lines);
    });

    internal sealed class Counts
    {
        public long Lines;
    }
}

