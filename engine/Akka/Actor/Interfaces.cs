namespace Akka.Actor;

public interface ICanTell
{
    void Tell(object message, IActorRef sender);
}

public interface IActorRef : ICanTell, IEquatable<IActorRef>
{
    ActorPath Path { get; }
}

public interface IActorRefFactory
{
    IActorRef ActorOf(Props props, string name = null);
    ActorSelection ActorSelection(string actorPath);
}

/// <summary>From paths to refs and back.</summary>
public interface IActorRefProvider
{
    Address DefaultAddress { get; }
    IActorRef ResolveActorRef(string path);
    IActorRef ResolveActorRef(ActorPath actorPath);
}

/// <summary>Told once when the subject has stopped: Terminated, or the message given.</summary>
public interface ICanWatch
{
    IActorRef Watch(IActorRef subject);
    IActorRef WatchWith(IActorRef subject, object message);
    IActorRef Unwatch(IActorRef subject);
}

/// <summary>What an actor knows of its place in the system; valid on its own turn only.</summary>
public interface IActorContext : IActorRefFactory, ICanWatch
{
    IActorRef Self { get; }
    IActorRef Sender { get; }
    ActorSystem System { get; }
    IActorRef Parent { get; }

    void UnbecomeStacked();
    IActorRef Child(string name);
    IEnumerable<IActorRef> GetChildren();
    void SetReceiveTimeout(TimeSpan? timeout);
    void Stop(IActorRef child);
}

public interface IUntypedActorContext : IActorContext;
public delegate bool Receive(object message);
public delegate void UntypedReceive(object message);

/// <summary>The actor keeps timers that die with it; use them from PreStart on: in the constructor Akka.NET has not set them yet.</summary>
public interface IWithTimers
{
    ITimerScheduler Timers { get; set; }
}

public interface ITimerScheduler
{
    void StartPeriodicTimer(object key, object msg, TimeSpan interval);
    void StartPeriodicTimer(object key, object msg, TimeSpan initialDelay, TimeSpan interval);
    void StartSingleTimer(object key, object msg, TimeSpan timeout);
    bool IsTimerActive(object key);
    void Cancel(object key);
    void CancelAll();
}

public interface IActorStash
{
    IStash Stash { get; set; }
}

public interface IWithUnboundedStash : IActorStash;

/// <summary>Messages put aside until their time comes.</summary>
public interface IStash
{
    void Stash();
    void Unstash();
    void UnstashAll();
}

public interface ICancelable
{
    bool IsCancellationRequested { get; }
    CancellationToken Token { get; }
    void Cancel();
}

public interface ITellScheduler
{
    void ScheduleTellOnce(TimeSpan delay, ICanTell receiver, object message, IActorRef sender);
    void ScheduleTellOnce(TimeSpan delay, ICanTell receiver, object message, IActorRef sender, ICancelable cancelable);
    void ScheduleTellRepeatedly(TimeSpan initialDelay, TimeSpan interval, ICanTell receiver, object message, IActorRef sender);
    void ScheduleTellRepeatedly(TimeSpan initialDelay, TimeSpan interval, ICanTell receiver, object message, IActorRef sender, ICancelable cancelable);
}

public interface IScheduler : ITellScheduler;
