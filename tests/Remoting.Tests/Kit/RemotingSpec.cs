using System.Collections.Concurrent;
using Akka.Actor;
using Akka.Configuration;

[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace PbKv.Remoting.Tests;

/// <summary>A test with remote systems of its own, which end with it.</summary>
public abstract class RemotingSpec : IAsyncLifetime
{
    public const string Sockets = "sockets";
    public const string DotNetty = "dot-netty";
    public const string RemoteDispatcher = "akka.remote.default-remote-dispatcher";

    private readonly ConcurrentQueue<ActorSystem> _systems = [];

    public Task InitializeAsync() => Task.CompletedTask;

    public virtual Task DisposeAsync() => Task.WhenAll(_systems.Select(system => system.Terminate()));

    /// <param name="via">Which transport.</param>
    /// <param name="more">More HOCON, in which @ is the path of the transport.</param>
    protected ActorSystem Start(
        string via,
        string more = "",
        string name = "far",
        string host = "127.0.0.1",
        int port = 0
    )
    {
        var system = ActorSystem.Create(name, Settings(via, more, host, port));
        _systems.Enqueue(system);
        return system;
    }

    /// <summary>One that the test ends itself.</summary>
    protected static ActorSystem StartAlone(string via, string name) =>
        ActorSystem.Create(name, Settings(via, "", "127.0.0.1", 0));

    protected static Address AddressOf(ActorSystem system) => ((ExtendedActorSystem)system).Provider.DefaultAddress;

    protected static IActorRef RefIn(ActorSystem from, string path) =>
        ((ExtendedActorSystem)from).Provider.ResolveActorRef(path);

    /// <summary>The ref by which one system reaches an actor of another.</summary>
    protected static IActorRef Across(ActorSystem from, ActorSystem to, IActorRef target) =>
        RefIn(from, target.Path.ToStringWithAddress(AddressOf(to)));

    /// <summary>Asks until there is an answer: what is sent while an address is gated is lost.</summary>
    protected static async Task AwaitAnswer(IActorRef target, string message)
    {
        for (var deadline = DateTime.UtcNow + Await.Patience; ; )
        {
            try
            {
                Assert.Equal(message, await target.Ask<string>(message, TimeSpan.FromMilliseconds(100)));
                return;
            }
            catch (AskTimeoutException) when (DateTime.UtcNow < deadline)
            {
                continue;
            }
        }
    }

    private static Config Settings(string via, string more, string host, int port)
    {
        var path = via == Sockets ? "akka.remote.sockets" : "akka.remote.dot-netty.tcp";
        var own = ConfigurationFactory.ParseString(
            $$"""
            akka {
              loglevel = ERROR
              stdout-loglevel = OFF
              loggers = ["{{typeof(SilentLogger).AssemblyQualifiedName}}"]
              log-dead-letters = off
              actor.provider = remote
              remote.retry-gate-closed-for = 25ms
            }
            {{path}} { hostname = "{{host}}", port = {{port}} }
            """
        );
        var given = ConfigurationFactory
            .ParseString(more.Replace("@", path, StringComparison.Ordinal))
            .WithFallback(own);
        return via == Sockets ? given.WithFallback(SocketRemoting.Config) : given;
    }
}
