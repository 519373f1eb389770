namespace Akka.Actor;

public static class SchedulerExtensions
{
    public static ICancelable ScheduleTellOnceCancelable(this IScheduler scheduler, TimeSpan delay, ICanTell receiver, object message, IActorRef sender)
    {
        var cancelable = new SchedulerCancelable();
        scheduler.ScheduleTellOnce(delay, receiver, message, sender, cancelable);
        return cancelable;
    }

    public static ICancelable ScheduleTellRepeatedlyCancelable(
        this IScheduler scheduler, TimeSpan initialDelay, TimeSpan interval, ICanTell receiver, object message, IActorRef sender)
    {
        var cancelable = new SchedulerCancelable();
        scheduler.ScheduleTellRepeatedly(initialDelay, interval, receiver, message, sender, cancelable);
        return cancelable;
    }
}

/// <summary>A source without a timer, which needs no disposal.</summary>
internal sealed class SchedulerCancelable : CancellationTokenSource, ICancelable;

/// <summary>Tells later. What is still to come when the system ends is dropped.</summary>
internal sealed class SystemScheduler : IScheduler
{
    private readonly HashSet<Entry> _entries = [];
    private bool _stopped;

    public void ScheduleTellOnce(TimeSpan delay, ICanTell receiver, object message, IActorRef sender) =>
        ScheduleTellOnce(delay, receiver, message, sender, null);

    public void ScheduleTellOnce(TimeSpan delay, ICanTell receiver, object message, IActorRef sender, ICancelable cancelable) =>
        Add(new Entry(this, receiver, message, sender, cancelable), delay, Timeout.InfiniteTimeSpan);

    public void ScheduleTellRepeatedly(TimeSpan initialDelay, TimeSpan interval, ICanTell receiver, object message, IActorRef sender) =>
        ScheduleTellRepeatedly(initialDelay, interval, receiver, message, sender, null);

    public void ScheduleTellRepeatedly(TimeSpan initialDelay, TimeSpan interval, ICanTell receiver, object message, IActorRef sender, ICancelable cancelable)
    {
        if (interval <= TimeSpan.Zero) throw new ArgumentOutOfRangeException(nameof(interval), interval, "something repeated needs an interval above zero");
        Add(new Entry(this, receiver, message, sender, cancelable), initialDelay, interval);
    }

    public void Stop()
    {
        Entry[] entries;
        lock (_entries)
        {
            _stopped = true;
            entries = [.. _entries];
            _entries.Clear();
        }
        foreach (var entry in entries) entry.End();
    }

    private void Add(Entry entry, TimeSpan delay, TimeSpan interval)
    {
        if (entry.IsCancelled) return;
        lock (_entries)
        {
            if (_stopped) return;
            _entries.Add(entry);
            entry.Start(delay, interval);
        }
    }

    private void Remove(Entry entry)
    {
        bool removed;
        lock (_entries) removed = _entries.Remove(entry);
        if (removed) entry.End();
    }

    private sealed class Entry(SystemScheduler owner, ICanTell receiver, object message, IActorRef sender, ICancelable cancelable)
    {
        private SystemTimer _timer;
        private CancellationTokenRegistration _registration;
        private bool _repeats;

        public bool IsCancelled => cancelable is { IsCancellationRequested: true };

        public void Start(TimeSpan delay, TimeSpan interval)
        {
            _repeats = interval != Timeout.InfiniteTimeSpan;
            _timer = new SystemTimer(delay, interval, static e => ((Entry)e).Fire(), this);
            if (cancelable is not null) _registration = cancelable.Token.UnsafeRegister(static e => ((Entry)e).Remove(), this);
        }

        public void End()
        {
            _timer.Dispose();
            _registration.Unregister();
        }

        private void Remove() => owner.Remove(this);

        private void Fire()
        {
            if (!IsCancelled) receiver.Tell(message, sender);
            if (!_repeats) Remove();
        }
    }
}
