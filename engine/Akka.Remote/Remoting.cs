using System.Security.Cryptography;

namespace Akka.Remote;

/// <summary>A system's remoting: its listener, its associations, and the life of its connections.</summary>
internal sealed class Remoting(ActorSystemImpl system) : RemoteHook
{
    private const int FirstSweep = 64;

    private readonly ConcurrentDictionary<Address, Association> _associations = new();
    private readonly HashSet<Connection> _connections = new();
    private readonly HashSet<Dialler> _diallers = new();
    private readonly Lock _lock = new();
    private readonly LogLimit _overflowLines = new();
    private Listener _listener;
    private int _sweepAt = FirstSweep;

    /// <summary>Drawn anew in every life of a system, so that a peer can tell a restart from a second connection.</summary>
    private readonly long _uid = BitConverter.ToInt64(RandomNumberGenerator.GetBytes(sizeof(long)));

    public ActorSystemImpl System => system;
    public RemoteSettings Settings { get; } = new(system.Settings.Config);
    public ILoggingAdapter Log { get; } = Logging.GetLogger(system, "remoting");
    public Address LocalAddress { get; private set; }
    public bool IsStopping { get; private set; }
    public override Address DefaultAddress => LocalAddress;

    public override bool IsOwn(Address address) => address == LocalAddress;

    public override InternalActorRef Resolve(ActorPath path) => new RemoteActorRef(system, this, path);

    public override void Start()
    {
        _listener = new Listener(this);
        var port = Settings.PublicPort > 0 ? Settings.PublicPort : _listener.Port;
        LocalAddress = new Address("akka.tcp", system.Name, Settings.AdvertisedHost(), port);
        _listener.Start();
        Publish(new RemotingListenEvent([LocalAddress]));
    }

    public Association With(Address remote)
    {
        if (_associations.TryGetValue(remote, out var known)) return known;
        if (_associations.Count >= Volatile.Read(ref _sweepAt)) Sweep();
        return _associations.GetOrAdd(remote, static (address, remoting) => new Association(remoting, address), this);
    }

    public Hello Greeting(string to, string refusal = "") => new(_uid, LocalAddress.ToString(), to, refusal);

    /// <summary>Somebody who dialled has said who it is: answer, and read on, or refuse and say why.</summary>
    public void Welcome(Handshaken handshaken)
    {
        var hello = handshaken.Hello;
        if (!string.Equals(hello.To, LocalAddress.ToString(), StringComparison.Ordinal))
            Refuse(handshaken, $"this is {LocalAddress}, not {hello.To}");
        if (!Address.TryParse(hello.From, out var remote) || remote.Host is null || remote.Port is null)
            Refuse(handshaken, $"'{hello.From}' is not the address of a remote system");
        handshaken.Socket.Send(Greeting(hello.From).Encode());
        Connection connection;
        do
        {
            connection = new Connection(this, With(remote), handshaken, inbound: true);
            if (!Remember(connection)) throw new HandshakeException("this system is stopping");
        }
        while (!connection.TryJoin());
        connection.StartReading();
    }

    public bool Remember(Connection connection) { lock (_lock) return !IsStopping && _connections.Add(connection); }
    public void Forget(Connection connection) { lock (_lock) _connections.Remove(connection); }
    public Connection[] Connections() { lock (_lock) return [.. _connections]; }

    public void Dialling(Dialler dialler) { lock (_lock) _diallers.Add(dialler); }
    public void DoneDialling(Dialler dialler) { lock (_lock) _diallers.Remove(dialler); }
    private Dialler[] Diallers() { lock (_lock) return [.. _diallers]; }

    public override Task Shutdown() => _listener is null
        ? Task.CompletedTask
        : Task.Factory.StartNew(Stop, default, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    /// <summary>
    /// Lets what was sent just before leave, for a bounded while; tells every peer that no more will come, and closes
    /// when it has closed its end, or after the same while.
    /// </summary>
    private void Stop()
    {
        var deadline = Environment.TickCount64 + (long)Settings.FlushTimeout.TotalMilliseconds;
        Await(deadline, () => Connections().All(connection => !connection.HasUnsent) && _associations.Values.All(a => !a.HasWaiting));
        lock (_lock) IsStopping = true;
        _listener.Stop();
        foreach (var dialler in Diallers()) dialler.Dispose();
        foreach (var connection in Connections()) connection.FinishSending();
        Await(deadline, () => Connections().Length == 0);
        foreach (var connection in Connections()) connection.Break(new ConnectionClosedException(LocalAddress));
        Await(Environment.TickCount64 + (long)Settings.FlushTimeout.TotalMilliseconds, () => Connections().Length == 0);
        Publish(new RemotingShutdownEvent());
    }

    public void Publish(RemotingLifecycleEvent happened)
    {
        System.EventStream.Publish(happened);
        // What an error says is logged where it happens, with what follows from it.
        if (Settings.LogLifecycleEvents && happened is not AssociationErrorEvent) Log.Log(happened.LogLevel(), null, happened.ToString());
    }

    public void ToDeadLetters(object message, IActorRef sender, IActorRef recipient) =>
        System.DeadLetters.Tell(new DeadLetter(message, sender ?? ActorRefs.NoSender, recipient), sender);

    public void ToDeadLetters(in Outbound lost) => ToDeadLetters(lost.Message, lost.Sender, lost.Recipient);

    public void Overflow(in Outbound message, Association association)
    {
        if (_overflowLines.Allows(out var unsaid))
            Log.Warning("More than [{0}] bytes wait for [{1}]; a message of type [{2}] goes to dead letters; [{3}] more went unsaid",
                Settings.SendLimitBytes, association.Remote, message.Message.GetType(), unsaid);
        ToDeadLetters(message);
    }

    /// <summary>The first failure is worth a warning; that an address stays out of reach is not, however often it is tried.</summary>
    public void LogDialFailed(Association association, Exception cause, bool first) => Log.Log(
        first ? LogLevel.WarningLevel : LogLevel.DebugLevel, null, string.Create(CultureInfo.InvariantCulture, $"No connection with [{association.Remote}]: {cause.Message}. Nothing is sent to it for [{Settings.RetryGateClosedFor.TotalMilliseconds}] ms (akka.remote.retry-gate-closed-for)"));

    public void LogBroken(Connection connection, Exception reason)
    {
        if (reason is WireException)
            Log.Error("[{0}] sent what is not a frame, the connection is closed: {1}", connection.Remote, reason.Message);
        else if (!IsStopping) Log.Debug("The connection with [{0}] is gone: {1}", connection.Remote, reason.Message);
    }

    /// <summary>Serializes on the sender's thread; a message that cannot be sent at all is an error, and dropped.</summary>
    public bool TrySerialize(RemoteActorRef recipient, object message, IActorRef sender, out Outbound outbound)
    {
        outbound = default;
        try
        {
            var serializer = System.Serialization.FindSerializerFor(message);
            var manifest = Serialization.Serialization.ManifestFor(serializer, message);
            var payload = serializer.ToBinary(message);
            outbound = new Outbound(recipient, sender, message, serializer.Identifier, manifest, payload);
            if (FrameEncoder.Refusal(outbound, Settings.MaximumFrameSize) is not { } refusal) return true;
            Log.Error("A message of type [{0}] to [{1}] is dropped: {2}", message.GetType(), recipient.Path, refusal);
        }
        catch (Exception e)
        {
            Log.Error(e, "A message of type [{0}] to [{1}] is dropped: it cannot be serialized", message.GetType(), recipient.Path);
        }
        return false;
    }

    /// <summary>Text that a stranger chose, as it may stand in a log: in one line, and not a long one.</summary>
    public static string Printable(string text) =>
        string.Concat(text.AsSpan(0, Math.Min(text.Length, 200)).ToString().Select(c => char.IsControl(c) ? '?' : c));

    private void Refuse(Handshaken handshaken, string reason)
    {
        handshaken.Socket.Send(Greeting(handshaken.Hello.From, reason).Encode());
        throw new HandshakeException($"refused: {Printable(reason)}");
    }

    /// <summary>Forgets the addresses that nobody uses; the table doubles before the next time.</summary>
    private void Sweep()
    {
        foreach (var entry in _associations.Where(entry => entry.Value.TryRetire())) _associations.TryRemove(entry);
        Volatile.Write(ref _sweepAt, Math.Max(FirstSweep, 2 * _associations.Count));
    }

    private static void Await(long deadline, Func<bool> condition)
    {
        while (Environment.TickCount64 < deadline && !condition()) Thread.Sleep(1);
    }
}
