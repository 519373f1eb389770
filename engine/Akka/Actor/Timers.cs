namespace Akka.Actor;

/// <summary>What a timer puts into the mailbox. It carries the timer that sent it, so that one that was replaced or cancelled meanwhile is known.</summary>
internal sealed record TimerTick(object Key, object Message, bool Repeats) : IAutoReceivedMessage, IDeadLetterSuppression;

/// <summary>The timers of one actor instance. Used on the actor's turn only.</summary>
internal sealed class TimerScheduler(ActorCell cell) : ITimerScheduler
{
    private readonly Dictionary<object, (TimerTick Tick, SystemTimer Timer)> _active = [];

    public void StartPeriodicTimer(object key, object msg, TimeSpan interval) => StartPeriodicTimer(key, msg, interval, interval);

    public void StartPeriodicTimer(object key, object msg, TimeSpan initialDelay, TimeSpan interval)
    {
        if (interval <= TimeSpan.Zero) throw new ArgumentOutOfRangeException(nameof(interval), interval, "a periodic timer needs an interval above zero");
        Start(key, msg, initialDelay, interval);
    }

    public void StartSingleTimer(object key, object msg, TimeSpan timeout) => Start(key, msg, timeout, Timeout.InfiniteTimeSpan);

    public bool IsTimerActive(object key) => _active.ContainsKey(key);

    public void Cancel(object key)
    {
        if (_active.Remove(key, out var entry)) entry.Timer.Dispose();
    }

    public void CancelAll()
    {
        foreach (var entry in _active.Values) entry.Timer.Dispose();
        _active.Clear();
    }

    /// <summary>Is it a tick of a timer that still stands? A single timer ends with it.</summary>
    public bool Accept(TimerTick tick, out object message)
    {
        message = tick.Message;
        if (!_active.TryGetValue(tick.Key, out var entry) || !ReferenceEquals(entry.Tick, tick)) return false;
        if (!tick.Repeats) Cancel(tick.Key);
        return true;
    }

    private void Start(object key, object message, TimeSpan delay, TimeSpan interval)
    {
        ArgumentNullException.ThrowIfNull(message);
        Cancel(key);
        var tick = new TimerTick(key, message, interval != Timeout.InfiniteTimeSpan);
        _active[key] = (tick, new SystemTimer(delay, interval, cell.PostToSelf, tick));
    }
}
