using Akka.Actor;

namespace Akka.Event;

/// <summary>The bus of an actor system. Subscribers that have stopped are dropped.</summary>
public class EventStream : LoggingBus
{
    private readonly bool _debug;
    private IActorRef _unsubscriber;

    public EventStream(bool debug) => _debug = debug;

    public override bool Subscribe(IActorRef subscriber, Type channel)
    {
        _unsubscriber?.Tell(new WatchSubscriber(subscriber), ActorRefs.NoSender);
        if (_debug) Publish(new Debug(nameof(EventStream), GetType(), $"subscribing {subscriber} to {channel}"));
        return base.Subscribe(subscriber, channel);
    }

    public override bool Unsubscribe(IActorRef subscriber, Type channel) => base.Unsubscribe(subscriber, channel);

    public override bool Unsubscribe(IActorRef subscriber) => base.Unsubscribe(subscriber);

    internal void StartUnsubscriber(ActorSystemImpl system) =>
        _unsubscriber = system.SystemActorOf(Props.Create(() => new Unsubscriber(this)), "event-stream-unsubscriber");

    private sealed record WatchSubscriber(IActorRef Subscriber) : IDeadLetterSuppression;

    private sealed class Unsubscriber : UntypedActor
    {
        private readonly EventStream _stream;

        public Unsubscriber(EventStream stream) => _stream = stream;

        protected override void OnReceive(object message)
        {
            switch (message)
            {
                case WatchSubscriber watch:
                    Context.Watch(watch.Subscriber);
                    break;
                case Terminated terminated:
                    _stream.Unsubscribe(terminated.ActorRef);
                    break;
            }
        }
    }
}
