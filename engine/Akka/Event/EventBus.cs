using System.Collections.Concurrent;
using Akka.Actor;

namespace Akka.Event;

/// <summary>Subscribers by what they want to hear of. Reading takes no lock: publishing is common, subscribing rare.</summary>
public abstract class EventBus<TEvent, TClassifier, TSubscriber>
    where TClassifier : class
    where TSubscriber : class
{
    private readonly Lock _lock = new();
    private volatile Subscriptions _subscriptions;

    protected EventBus() => _subscriptions = new Subscriptions(this, []);

    public virtual bool Subscribe(TSubscriber subscriber, TClassifier classifier)
    {
        ArgumentNullException.ThrowIfNull(subscriber);
        ArgumentNullException.ThrowIfNull(classifier);
        lock (_lock)
        {
            var all = _subscriptions.All;
            if (all.Contains((subscriber, classifier))) return false;
            _subscriptions = new Subscriptions(this, [.. all, (subscriber, classifier)]);
            return true;
        }
    }

    public virtual bool Unsubscribe(TSubscriber subscriber, TClassifier classifier) => Remove(s => s.Classifier.Equals(classifier) && s.Subscriber.Equals(subscriber));

    public virtual bool Unsubscribe(TSubscriber subscriber) => Remove(s => s.Subscriber.Equals(subscriber));

    public virtual void Publish(TEvent @event)
    {
        foreach (var subscriber in _subscriptions.Of(GetClassifier(@event))) Publish(@event, subscriber);
    }

    protected abstract TClassifier GetClassifier(TEvent @event);

    protected abstract bool IsSubClassification(TClassifier parent, TClassifier child);

    protected abstract void Publish(TEvent @event, TSubscriber subscriber);

    internal bool HasSubscribers(TClassifier classifier) => _subscriptions.Of(classifier).Length > 0;

    private bool Remove(Predicate<(TSubscriber Subscriber, TClassifier Classifier)> gone)
    {
        lock (_lock)
        {
            var kept = Array.FindAll(_subscriptions.All, s => !gone(s));
            if (kept.Length == _subscriptions.All.Length) return false;
            _subscriptions = new Subscriptions(this, kept);
            return true;
        }
    }

    /// <summary>One immutable state of the list, with the answer per classifier worked out once.</summary>
    private sealed class Subscriptions(EventBus<TEvent, TClassifier, TSubscriber> bus, (TSubscriber Subscriber, TClassifier Classifier)[] all)
    {
        private readonly ConcurrentDictionary<TClassifier, TSubscriber[]> _byClassifier = new();

        public (TSubscriber Subscriber, TClassifier Classifier)[] All => all;

        public TSubscriber[] Of(TClassifier classifier) => _byClassifier.TryGetValue(classifier, out var subscribers)
            ? subscribers
            : _byClassifier.GetOrAdd(classifier, [.. all.Where(s => bus.IsSubClassification(s.Classifier, classifier)).Select(s => s.Subscriber).Distinct()]);
    }
}

public abstract class ActorEventBus<TEvent, TClassifier> : EventBus<TEvent, TClassifier, IActorRef>
    where TClassifier : class
{
    protected ActorEventBus() { }
}

/// <summary>Where events go by type: a subscriber of a type gets its subtypes too.</summary>
public class LoggingBus : ActorEventBus<object, Type>
{
    public LoggingBus() { }

    /// <summary>Events below this level are not even made.</summary>
    public LogLevel LogLevel { get; private set; }

    public void SetLogLevel(LogLevel logLevel) => LogLevel = logLevel;

    protected override Type GetClassifier(object @event) => @event.GetType();

    protected override bool IsSubClassification(Type parent, Type child) => parent.IsAssignableFrom(child);

    protected override void Publish(object @event, IActorRef subscriber) => subscriber.Tell(@event, ActorRefs.NoSender);
}
