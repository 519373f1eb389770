namespace Akka.Actor;

/// <summary>Puts a system together, and takes it apart in the opposite order.</summary>
internal sealed class ActorSystemImpl : ExtendedActorSystem
{
    private readonly TaskCompletionSource _terminated = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _lock = new();
    private readonly SystemScheduler _scheduler = new();
    private readonly Loggers _loggers;
    private readonly RemoteHook _remote;
    private List<Action> _onTermination = [];
    private volatile bool _terminating;

    public ActorSystemImpl(string name, Config config)
    {
        Name = name;
        Settings = new Settings(config);
        EventStream = new EventStream();
        _loggers = new Loggers(this);
        Dispatchers = new Dispatchers(this);
        Log = Logging.GetLogger(this, nameof(ActorSystem));
        _remote = FindRemote(Settings.Config.GetString("akka.actor.provider"));
        Provider = new ActorRefProvider(this, _remote);
        Serialization = new Serialization.Serialization(this);
    }

    public override Settings Settings { get; }
    public override string Name { get; }
    public override Serialization.Serialization Serialization { get; }
    public override EventStream EventStream { get; }
    public override IActorRef DeadLetters => Provider.DeadLetters;
    public override IScheduler Scheduler => _scheduler;
    public override ILoggingAdapter Log { get; }
    public override Task WhenTerminated => _terminated.Task;
    public override ActorRefProvider Provider { get; }
    public Dispatchers Dispatchers { get; }

    /// <summary>Has the end begun? Dead letters are then no news.</summary>
    public bool IsTerminating => _terminating;

    public void Start()
    {
        try
        {
            Provider.Start();
            _ = EndAfterUserGuardian();
            EventStream.StartUnsubscriber(this);
            _loggers.Start();
            DeadLetterListener.Start(this);
            _remote?.Start();
        }
        catch
        {
            Terminate();
            throw;
        }
    }

    public override IActorRef ActorOf(Props props, string name = null) => Provider.Guardian.Cell.ActorOf(props, name);

    public override IActorRef SystemActorOf(Props props, string name = null) => Provider.SystemGuardian.Cell.ActorOf(props, name);

    public override ActorSelection ActorSelection(ActorPath actorPath) => new(Provider.RootAt(actorPath.Address), actorPath.Elements);
    public override ActorSelection ActorSelection(string actorPath) => Select(Provider.Root, actorPath);

    public ActorSelection Select(InternalActorRef anchor, string path)
    {
        if (ActorPath.TryParse(path, out var absolute)) return ActorSelection(absolute);
        return new ActorSelection(path.StartsWith('/') ? Provider.Root : anchor, path.Split('/'));
    }

    public override void Stop(IActorRef actor) => InternalActorRef.Of(actor)?.Stop();

    public override void RegisterOnTermination(Action code)
    {
        ArgumentNullException.ThrowIfNull(code);
        lock (_lock)
        {
            if (_onTermination is null) throw new InvalidOperationException($"actor system {Name} has terminated already");
            _onTermination.Add(code);
        }
    }

    public override Task Terminate()
    {
        _terminating = true;
        if (Provider.Guardian is { } guardian) guardian.Stop();
        else _terminated.TrySetResult();
        return WhenTerminated;
    }

    public void ToDeadLetters(object message, IActorRef sender, IActorRef recipient)
    {
        switch (message)
        {
            // A letter or a log line that a dead subscriber was told of would go round for ever.
            case AllDeadLetters or LogEvent or WatchedStopped or IDeadLetterSuppression: break;
            case Identify identify: sender?.Tell(new ActorIdentity(identify.MessageId, null), recipient); break;
            default:
                if (EventStream.HasSubscribers(typeof(DeadLetter))) EventStream.Publish(new DeadLetter(message, sender ?? DeadLetters, recipient));
                break;
        }
    }

    public override string ToString() => "akka://" + Name;

    /// <summary>The user guardian ends by Terminate, or because a failure went all the way up; either way the rest follows.</summary>
    private async Task EndAfterUserGuardian()
    {
        try
        {
            await Provider.GuardianEnded.ConfigureAwait(false);
            _terminating = true;
            if (_remote is not null) await _remote.Shutdown().ConfigureAwait(false);
        }
        catch (Exception e)
        {
            Log.Error(e, "the shutdown of remoting failed: {0}", e.Message);
        }
        _loggers.Stop();
        await Provider.StopSystemActors().ConfigureAwait(false);
        RunOnTermination();
        _scheduler.Stop();
        Dispatchers.Shutdown();
        _loggers.Dispose();
        _terminated.TrySetResult();
    }

    private void RunOnTermination()
    {
        List<Action> callbacks;
        lock (_lock) (callbacks, _onTermination) = (_onTermination, null);
        foreach (var callback in callbacks)
        {
            try
            {
                callback();
            }
            catch (Exception e)
            {
                Log.Error(e, "a callback of RegisterOnTermination failed: {0}", e.Message);
            }
        }
    }

    private RemoteHook FindRemote(string provider)
    {
        if (provider == "local") return null;
        if (provider != "remote") throw new ConfigurationException($"akka.actor.provider is '{provider}'; it takes local or remote");
        var type = Type.GetType("Akka.Remote.Remoting, Akka.Remote", throwOnError: false)
            ?? throw new ConfigurationException("akka.actor.provider is remote, but the assembly Akka.Remote is not there; reference it");
        return (RemoteHook)Activator.CreateInstance(type, Props.PublicConstructor, null, [this], null);
    }
}
