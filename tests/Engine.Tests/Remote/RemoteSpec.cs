using Akka.Actor;
using Akka.Configuration;
using Akka.TestKit;
using Akka.TestKit.Xunit2;
using Xunit.Abstractions;

namespace Engine.Tests.Remote;

/// <summary>A test with a remote system of its own (Sys), which can start more of them.</summary>
public abstract class RemoteSpec(ITestOutputHelper output) : TestKit(Settings(), "near", output)
{
    protected static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly List<ActorSystem> _others = [];

    protected static Config Settings(string more = "", int port = 0) =>
        ConfigurationFactory.ParseString(more).WithFallback(ConfigurationFactory.ParseString($$"""
            akka {
              loglevel = INFO
              actor {
                provider = remote
                serializers.note = "{{typeof(NoteSerializer).AssemblyQualifiedName}}"
                serialization-bindings { "{{typeof(INote).AssemblyQualifiedName}}" = note }
              }
              remote {
                retry-gate-closed-for = 100ms
                dot-netty.tcp { hostname = "127.0.0.1", port = {{port}}, tcp-reuse-addr = off }
              }
            }
            """));

    protected ActorSystem StartOther(string more = "", int port = 0)
    {
        var system = ActorSystem.Create("far", Settings(more, port));
        _others.Add(system);
        return system;
    }

    protected static Address AddressOf(ActorSystem system) => ((ExtendedActorSystem)system).Provider.DefaultAddress;

    protected static IActorRef RefIn(ActorSystem from, string path) => ((ExtendedActorSystem)from).Provider.ResolveActorRef(path);

    /// <summary>The ref by which one system reaches an actor of another.</summary>
    protected static IActorRef Across(ActorSystem from, ActorSystem to, IActorRef target) =>
        RefIn(from, target.Path.ToStringWithAddress(AddressOf(to)));

    /// <summary>Asks until there is an answer: what is sent while an address is gated is lost.</summary>
    protected async Task AwaitAnswer(ActorSystem from, IActorRef target, object message)
    {
        var probe = CreateTestProbe(from);
        await AwaitAssertAsync(
            () =>
            {
                target.Tell(message, probe.Ref);
                Assert.Equal(message, probe.ExpectMsg<object>(TimeSpan.FromMilliseconds(250)));
            },
            Patience,
            TimeSpan.FromMilliseconds(20));
    }

    protected override void AfterAll()
    {
        foreach (var system in _others) Shutdown(system, Patience);
        base.AfterAll();
    }
}

public sealed class EchoActor : ReceiveActor
{
    public EchoActor() => ReceiveAny(message => Sender.Tell(message, Self));

    public static Props Props { get; } = Props.Create(() => new EchoActor());
}
