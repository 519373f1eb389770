using System.Diagnostics;
using Akka.Actor;
using Akka.Configuration;
using Akka.Dispatch;
using Akka.Event;

namespace PbKv.Remoting;

/// <summary>
/// What <c>akka.scheduler.implementation</c> names. One thread for all systems of the process, that sleeps until
/// something is due and then runs the actors that this woke. Akka's own asks the pool a hundred times a second in every
/// system, which costs an idle one a twentieth of a core.
/// </summary>
public sealed class TurnScheduler(Config config, ILoggingAdapter log) : SchedulerBase(config, log), IDisposable
{
    private volatile bool _disposed;

    public override TimeSpan MonotonicClock => HighResMonotonicClock;

    public override TimeSpan HighResMonotonicClock => Stopwatch.GetElapsedTime(0);

    protected override DateTimeOffset TimeNow => DateTimeOffset.UtcNow;

    /// <summary>What is still scheduled is not done.</summary>
    public void Dispose()
    {
        _disposed = true;
        TimerThread.Shared.Prune();
    }

    protected override void InternalScheduleTellOnce(
        TimeSpan delay,
        ICanTell receiver,
        object message,
        IActorRef sender,
        ICancelable cancelable
    ) => Add(delay, null, new Telling(receiver, message, sender, Log), cancelable);

    protected override void InternalScheduleTellRepeatedly(
        TimeSpan initialDelay,
        TimeSpan interval,
        ICanTell receiver,
        object message,
        IActorRef sender,
        ICancelable cancelable
    ) => Add(initialDelay, interval, new Telling(receiver, message, sender, Log), cancelable);

    protected override void InternalScheduleOnce(TimeSpan delay, Action action, ICancelable cancelable) =>
        Add(delay, null, new Running(new ActionRunnable(action), Log), cancelable);

    protected override void InternalScheduleOnce(TimeSpan delay, IRunnable action, ICancelable cancelable) =>
        Add(delay, null, new Running(action, Log), cancelable);

    protected override void InternalScheduleRepeatedly(
        TimeSpan initialDelay,
        TimeSpan interval,
        Action action,
        ICancelable cancelable
    ) => Add(initialDelay, interval, new Running(new ActionRunnable(action), Log), cancelable);

    protected override void InternalScheduleRepeatedly(
        TimeSpan initialDelay,
        TimeSpan interval,
        IRunnable action,
        ICancelable cancelable
    ) => Add(initialDelay, interval, new Running(action, Log), cancelable);

    private void Add(TimeSpan delay, TimeSpan? interval, IDueWork work, ICancelable? cancelable)
    {
        if (_disposed)
            throw new SchedulerException("nothing can be scheduled any more: the ActorSystem has ended");
        TimerThread.Shared.Add(new Scheduled(this, work, interval, cancelable), delay);
    }

    private interface IDueWork
    {
        void Do();
    }

    private sealed class Telling(ICanTell receiver, object message, IActorRef sender, ILoggingAdapter log) : IDueWork
    {
        public void Do()
        {
            try
            {
                receiver.Tell(message, sender);
            }
            catch (Exception failure)
            {
                log.Error(failure, "What was scheduled could not be told to {0}", receiver);
            }
        }
    }

    /// <summary>Behind what else is due: it may take its time.</summary>
    private sealed class Running(IRunnable run, ILoggingAdapter log) : IDueWork, IRunnable
    {
        public void Do() => Turn.Execute(this);

        public void Run()
        {
            try
            {
                run.Run();
            }
            catch (Exception failure)
            {
                log.Error(failure, "What was scheduled failed");
            }
        }

        public void Execute() => Run();
    }

    private sealed class Scheduled(TurnScheduler scheduler, IDueWork work, TimeSpan? interval, ICancelable? cancelable)
        : ITimed
    {
        public bool IsOver => scheduler._disposed || cancelable is { IsCancellationRequested: true };

        public TimeSpan? Fire()
        {
            if (IsOver)
                return null;
            work.Do();
            return interval;
        }
    }
}
