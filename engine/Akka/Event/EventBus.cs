namespace Akka.Event;

/// <summary>Subscribers by what they want to hear of. Reading takes no lock: publishing is common, subscribing rare.</summary>
public abstract class EventBus<TEvent, TClassifier, TSubscriber>
{
    private readonly Lock _lock = new();
    private volatile Subscriptions _subscriptions = new([]);

    public virtual bool Subscribe(TSubscriber subscriber, TClassifier classifier)
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

    public virtual bool Unsubscribe(TSubscriber subscriber, TClassifier classifier) =>
        Remove(s => s.Classifier.Equals(classifier) && s.Subscriber.Equals(subscriber));

    public virtual bool Unsubscribe(TSubscriber subscriber) => Remove(s => s.Subscriber.Equals(subscriber));

    public virtual void Publish(TEvent @event)
    {
        foreach (var subscriber in Subscribers(GetClassifier(@event))) Publish(@event, subscriber);
    }

    protected abstract TClassifier GetClassifier(TEvent @event);
    protected abstract bool IsSubClassification(TClassifier parent, TClassifier child);
    protected abstract void Publish(TEvent @event, TSubscriber subscriber);

    internal bool HasSubscribers(TClassifier classifier) => Subscribers(classifier).Length > 0;

    private TSubscriber[] Subscribers(TClassifier classifier)
    {
        var now = _subscriptions;
        return now.ByClassifier.TryGetValue(classifier, out var known) ? known : now.ByClassifier.GetOrAdd(classifier, Search(now, classifier));
    }

    private TSubscriber[] Search(Subscriptions now, TClassifier classifier) =>
        [.. now.All.Where(s => IsSubClassification(s.Classifier, classifier)).Select(s => s.Subscriber).Distinct()];

    private bool Remove(Predicate<(TSubscriber Subscriber, TClassifier Classifier)> gone)
    {
        lock (_lock)
        {
            var kept = Array.FindAll(_subscriptions.All, s => !gone(s));
            if (kept.Length == _subscriptions.All.Length) return false;
            _subscriptions = new Subscriptions(kept);
            return true;
        }
    }

    /// <summary>One state of the list, which does not change any more, with the answer per classifier worked out once.</summary>
    private sealed record Subscriptions((TSubscriber Subscriber, TClassifier Classifier)[] All)
    {
        public readonly ConcurrentDictionary<TClassifier, TSubscriber[]> ByClassifier = new();
    }
}

public abstract class ActorEventBus<TEvent, TClassifier> : EventBus<TEvent, TClassifier, IActorRef>;

/// <summary>Where events go by type: a subscriber of a type gets its subtypes too.</summary>
public class LoggingBus : ActorEventBus<object, Type>
{
    /// <summary>Events below this level are not even made.</summary>
    public LogLevel LogLevel { get; private set; }

    public void SetLogLevel(LogLevel logLevel) => LogLevel = logLevel;

    protected override Type GetClassifier(object @event) => @event.GetType();

    protected override bool IsSubClassification(Type parent, Type child) => parent.IsAssignableFrom(child);

    protected override void Publish(object @event, IActorRef subscriber) => subscriber.Tell(@event, ActorRefs.NoSender);
}
