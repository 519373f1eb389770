using Akka.Actor;

namespace Akka.Event;

/// <summary>Where a system's events go by type: a subscriber of a type gets its subtypes too.</summary>
public abstract class LoggingBus
{
    private readonly Lock _lock = new();
    private volatile Subscriptions _subscriptions = new([]);

    /// <summary>Events below this level are not even made.</summary>
    public LogLevel LogLevel { get; private set; }

    public void SetLogLevel(LogLevel logLevel) => LogLevel = logLevel;

    public virtual bool Subscribe(IActorRef subscriber, Type classifier)
    {
        ArgumentNullException.ThrowIfNull(subscriber);
        ArgumentNullException.ThrowIfNull(classifier);
        lock (_lock)
        {
            var all = _subscriptions.All;
            if (all.Contains((subscriber, classifier))) return false;
            _subscriptions = new Subscriptions([.. all, (subscriber, classifier)]);
            return true;
        }
    }

    public virtual bool Unsubscribe(IActorRef subscriber, Type classifier) => Remove(s => s.Channel == classifier && s.Subscriber.Equals(subscriber));

    public virtual bool Unsubscribe(IActorRef subscriber) => Remove(s => s.Subscriber.Equals(subscriber));

    public virtual void Publish(object @event)
    {
        ArgumentNullException.ThrowIfNull(@event);
        foreach (var subscriber in _subscriptions.Of(@event.GetType())) subscriber.Tell(@event, ActorRefs.NoSender);
    }

    internal bool HasSubscribers(Type type) => _subscriptions.Of(type).Length > 0;

    private bool Remove(Predicate<(IActorRef Subscriber, Type Channel)> gone)
    {
        lock (_lock)
        {
            var kept = Array.FindAll(_subscriptions.All, s => !gone(s));
            if (kept.Length == _subscriptions.All.Length) return false;
            _subscriptions = new Subscriptions(kept);
            return true;
        }
    }

    /// <summary>One immutable state of the list, with the answer per event type worked out once.</summary>
    private sealed class Subscriptions((IActorRef Subscriber, Type Channel)[] all)
    {
        private readonly System.Collections.Concurrent.ConcurrentDictionary<Type, IActorRef[]> _byType = new();

        public (IActorRef Subscriber, Type Channel)[] All { get; } = all;

        public IActorRef[] Of(Type type) => _byType.GetOrAdd(
            type,
            (t, list) => [.. list.Where(s => s.Channel.IsAssignableFrom(t)).Select(s => s.Subscriber).Distinct()],
            All);
    }
}

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
