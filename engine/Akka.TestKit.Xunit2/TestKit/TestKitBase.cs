using Xunit.Sdk;

namespace Akka.TestKit;

/// <summary>An actor system under test, and an actor that takes part in it for the test.</summary>
public abstract partial class TestKitBase
{
    private static readonly Config Reference = ConfigurationFactory.ParseString("""
        akka {
          loggers = ["Akka.TestKit.TestEventListener, Akka.TestKit"]
          test {
            timefactor = 1.0
            filter-leeway = 3s
            single-expect-default = 3s
            default-timeout = 5s
          }
        }
        """);

    private static int s_lastNumber;

    private readonly TestInbox _inbox = new();
    private readonly Config _settings;
    private readonly double _timeFactor;
    private TimeSpan? _end;

    private protected TestKitBase(ActorSystem system, string testActorName)
    {
        Sys = system;
        _settings = system.Settings.Config.WithFallback(Reference).GetConfig("akka.test");
        _timeFactor = _settings.GetDouble("timefactor");
        if (_timeFactor <= 0) throw new ConfigurationException($"akka.test.timefactor is {_timeFactor}; it takes a number above zero");
        EventFilter = new EventFilterFactory(this);
        var inbox = _inbox;
        TestActor = ((ExtendedActorSystem)system).SystemActorOf(
            Props.Create(() => new TestActorImpl(inbox)), testActorName ?? $"testActor{Interlocked.Increment(ref s_lastNumber)}");
    }

    public ActorSystem Sys { get; }
    public IActorRef TestActor { get; }
    public EventFilterFactory EventFilter { get; }

    /// <summary>Who sent the message that was received last.</summary>
    public IActorRef LastSender => Last?.Sender;
    private protected TestMessage Last { get; private set; }
    private protected TimeSpan DefaultTimeout => Setting("default-timeout");

    public IActorRef ActorOf(Props props) => Sys.ActorOf(props);
    public IActorRef ActorOf(Props props, string name) => Sys.ActorOf(props, name);

    /// <summary>The test actor watches it: its end comes as Terminated.</summary>
    public IActorRef Watch(IActorRef actorToWatch) => OnTestActor(context => context.Watch(actorToWatch));

    public IActorRef Unwatch(IActorRef actorToUnwatch) => OnTestActor(context => context.Unwatch(actorToUnwatch));

    public virtual TestProbe CreateTestProbe(string name = null) => CreateTestProbe(Sys, name);

    public virtual TestProbe CreateTestProbe(ActorSystem system, string name = null) =>
        new(system, name ?? $"testProbe{Interlocked.Increment(ref s_lastNumber)}");

    public virtual void Shutdown(TimeSpan? duration = null, bool verifySystemShutdown = false) => Shutdown(Sys, duration, verifySystemShutdown);

    protected virtual void Shutdown(ActorSystem system, TimeSpan? duration = null, bool verifySystemShutdown = false)
    {
        var limit = duration ?? DefaultTimeout;
        if (system.Terminate().Wait(limit)) return;
        var text = $"actor system {system.Name} did not terminate within {limit}";
        if (verifySystemShutdown) throw new TimeoutException(text);
        system.Log.Log(LogLevel.WarningLevel, null, text);
    }

    private protected static ActorSystem StartSystem(string name, Config config) => ActorSystem.Create(name ?? "test", config.WithFallback(Reference));

    /// <summary>A time of `akka.test`. Like every waiting time it is multiplied by the factor that slow machines set above 1.</summary>
    internal TimeSpan Setting(string name) => Dilated(_settings.GetTimeSpan(name, allowInfinite: false));

    internal static FailException Failure(string text, string hint = null) => FailException.ForFailure(string.IsNullOrEmpty(hint) ? text : $"{text} {hint}");

    internal static Func<Task> Asynchronous(Action action) => () =>
    {
        action();
        return Task.CompletedTask;
    };

    /// <summary>Time since some fixed point.</summary>
    private static TimeSpan Now => TimeSpan.FromMilliseconds(Environment.TickCount64);

    private TimeSpan Dilated(TimeSpan duration) => duration * _timeFactor;

    /// <summary>The given time, or what is left of the enclosing Within, or the default.</summary>
    private TimeSpan RemainingOrDilated(TimeSpan? duration) =>
        duration is { } given ? Dilated(given) : _end is { } end ? Until(end) : Setting("single-expect-default");

    private static TimeSpan Until(TimeSpan end) => end > Now ? end - Now : TimeSpan.Zero;

    private IActorRef OnTestActor(Func<IActorContext, IActorRef> work) =>
        TestActor.Ask<IActorRef>(new OnYourTurn(work), DefaultTimeout).GetAwaiter().GetResult();

    private async ValueTask<TestMessage> TakeAsync(TimeSpan max, CancellationToken cancellation)
    {
        var message = await _inbox.TakeAsync(max, cancellation).ConfigureAwait(false);
        Last = message ?? Last;
        return message;
    }

    /// <summary>Waits for a task on this thread in the way that lets the thread pool make up for it.</summary>
    private static T Wait<T>(ValueTask<T> task) => task.AsTask().GetAwaiter().GetResult();
}
