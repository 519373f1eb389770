namespace Akka.Event;

/// <summary>The bus of an actor system. Subscribers that have stopped are dropped.</summary>
public class EventStream : LoggingBus
{
    private IActorRef _unsubscriber;

    internal EventStream() { }

    public override bool Subscribe(IActorRef subscriber, Type channel)
    {
        _unsubscriber?.Tell(new WatchSubscriber(subscriber), ActorRefs.NoSender);
        return base.Subscribe(subscriber, channel);
    }

    internal void StartUnsubscriber(ActorSystemImpl system) =>
        _unsubscriber = system.SystemActorOf(Props.Create(() => new Unsubscriber(this)), "event-stream-unsubscriber");

    private sealed record WatchSubscriber(IActorRef Subscriber) : IDeadLetterSuppression;

    private sealed class Unsubscriber(EventStream stream) : UntypedActor
    {
        protected override void OnReceive(object message)
        {
            if (message is WatchSubscriber watch) Context.Watch(watch.Subscriber);
            else if (message is Terminated terminated) stream.Unsubscribe(terminated.ActorRef);
        }
    }
}
