using System.Threading.Channels;
using Akka.Actor;
using Akka.Event;

namespace PbKv.Remoting.Tests;

/// <summary>An actor that keeps what it is told until a test takes it.</summary>
internal sealed class Bag
{
    private readonly Channel<object> _messages = Channel.CreateUnbounded<object>();

    public Bag(ActorSystem system, string? dispatcher = null, string? name = null)
    {
        var props = Props.Create(() => new Keeper(_messages.Writer));
        Ref = system.ActorOf(dispatcher is null ? props : props.WithDispatcher(dispatcher), name);
    }

    public IActorRef Ref { get; }

    public int Count => _messages.Reader.Count;

    public object Next()
    {
        object? message;
        while (!_messages.Reader.TryRead(out message))
        {
            Assert.True(_messages.Reader.WaitToReadAsync().AsTask().Wait(Await.Patience), "nothing came");
        }
        return message;
    }

    public void Expect(object message) => Assert.Equal(message, Next());

    /// <summary>Passes over others.</summary>
    public T Next<T>(Func<T, bool>? wanted = null)
    {
        while (true)
        {
            if (Next() is T found && wanted?.Invoke(found) != false)
                return found;
        }
    }

    private sealed class Keeper : ReceiveActor
    {
        public Keeper(ChannelWriter<object> messages) => ReceiveAny(message => messages.TryWrite(message));
    }
}

internal sealed class EchoActor : ReceiveActor
{
    public EchoActor() => ReceiveAny(message => Sender.Tell(message, Self));

    public static Props Props { get; } = Props.Create(() => new EchoActor());
}

/// <summary>Tells a target the numbers from 0, with its own name in front.</summary>
internal sealed class CountingActor : ReceiveActor
{
    public CountingActor(ICanTell target, string name, int count) =>
        ReceiveAny(_ =>
        {
            for (var i = 0; i < count; i++)
                target.Tell($"{name} {i}", Self);
        });
}

/// <summary>Takes the log and says nothing.</summary>
internal sealed class SilentLogger : ReceiveActor
{
    public SilentLogger()
    {
        Receive<InitializeLogger>(_ => Sender.Tell(new LoggerInitialized(), Self));
        ReceiveAny(static _ => { });
    }
}
