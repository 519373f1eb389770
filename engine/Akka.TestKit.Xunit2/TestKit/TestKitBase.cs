using Akka.Actor;
using Akka.Configuration;
using Xunit;

namespace Akka.TestKit;

/// <summary>An actor system under test, and an actor that takes part in it for the test.</summary>
public abstract partial class TestKitBase
{
    private static int s_lastNumber;

    private readonly TestInbox _inbox = new();
    private TimeSpan? _end;
    private TestMessage _last;

    private protected TestKitBase(ActorSystem system, Config config, string actorSystemName, string testActorName)
    {
        Sys = system ?? ActorSystem.Create(actorSystemName ?? "test", config.WithFallback(DefaultConfig));
        TestKitSettings = new TestKitSettings(Sys.Settings.Config.WithFallback(TestKitSettings.Reference));
        EventFilter = new EventFilterFactory(this, Sys);
        var name = testActorName ?? $"testActor{Interlocked.Increment(ref s_lastNumber)}";
        var inbox = _inbox;
        TestActor = ((ExtendedActorSystem)Sys).SystemActorOf(Props.Create(() => new TestActorImpl(inbox)), name);
    }

    public static Config DefaultConfig => TestKitSettings.Reference;

    /// <summary>Time since some fixed point.</summary>
    public static TimeSpan Now => TimeSpan.FromMilliseconds(Environment.TickCount64);

    public ActorSystem Sys { get; }

    public TestKitSettings TestKitSettings { get; }

    public IActorRef TestActor { get; }

    /// <summary>Who sent the message that was received last.</summary>
    public IActorRef LastSender => _last?.Sender;

    public object LastMessage => _last?.Message;

    public bool HasMessages => _inbox.HasMessages;

    public EventFilterFactory EventFilter { get; }

    /// <summary>What is left of the enclosing Within.</summary>
    public TimeSpan Remaining => _end is { } end
        ? end > Now ? end - Now : TimeSpan.Zero
        : throw new InvalidOperationException("Remaining has a meaning inside Within only");

    public TimeSpan RemainingOrDefault => RemainingOrDilated(null);

    public IActorRef ActorOf(Props props) => Sys.ActorOf(props);

    public IActorRef ActorOf(Props props, string name) => Sys.ActorOf(props, name);

    /// <summary>The test actor watches it: its end comes as Terminated.</summary>
    public IActorRef Watch(IActorRef actorToWatch) => Command(new WatchFor(actorToWatch), actorToWatch);

    public IActorRef Unwatch(IActorRef actorToUnwatch) => Command(new UnwatchFor(actorToUnwatch), actorToUnwatch);

    public virtual TestProbe CreateTestProbe(string name = null) => CreateTestProbe(Sys, name);

    public virtual TestProbe CreateTestProbe(ActorSystem system, string name = null) =>
        new(system, name ?? $"testProbe{Interlocked.Increment(ref s_lastNumber)}");

    public EventFilterFactory CreateEventFilter(ActorSystem system) => new(this, system);

    public virtual void Shutdown(TimeSpan? duration = null, bool verifySystemShutdown = false) => Shutdown(Sys, duration, verifySystemShutdown);

    protected virtual void Shutdown(ActorSystem system, TimeSpan? duration = null, bool verifySystemShutdown = false)
    {
        var limit = duration ?? Dilated(TestKitSettings.DefaultTimeout);
        if (system.Terminate().Wait(limit)) return;
        var text = $"actor system {system.Name} did not terminate within {limit}";
        if (verifySystemShutdown) throw new TimeoutException(text);
        system.Log.Log(Event.LogLevel.WarningLevel, null, text);
    }

    public TimeSpan Dilated(TimeSpan duration) => duration * TestKitSettings.TestTimeFactor;

    /// <summary>The given time, or what is left of the enclosing Within, or the default.</summary>
    public TimeSpan RemainingOrDilated(TimeSpan? duration)
    {
        if (duration is { } given) return Dilated(given);
        return _end is null ? Dilated(TestKitSettings.SingleExpectDefault) : Remaining;
    }

    internal async ValueTask<TestMessage> TakeAsync(TimeSpan max, CancellationToken cancellation)
    {
        var message = await _inbox.TakeAsync(max, cancellation).ConfigureAwait(false);
        if (message is not null) _last = message;
        return message;
    }

    internal static Exception Failure(string text, string hint = null)
    {
        try
        {
            Assert.Fail(string.IsNullOrEmpty(hint) ? text : $"{text} {hint}");
        }
        catch (Xunit.Sdk.XunitException e)
        {
            return e;
        }
        throw new InvalidOperationException("unreachable");
    }

    private IActorRef Command(object command, IActorRef subject)
    {
        TestActor.Ask<IActorRef>(command, Dilated(TestKitSettings.DefaultTimeout)).GetAwaiter().GetResult();
        return subject;
    }

    /// <summary>Waits for a task on this thread in the way that lets the thread pool make up for it.</summary>
    private static T Wait<T>(ValueTask<T> task) => task.AsTask().GetAwaiter().GetResult();
}
