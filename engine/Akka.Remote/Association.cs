namespace Akka.Remote;

/// <summary>
/// This system's end of its link with one remote address: idle, dialling, connected, or gated. Gated means that a
/// connection broke or could not be made, and that nothing is sent, nor dialled, until the gate opens. Then the next
/// message dials again, however often. Nothing is ever quarantined.
///
/// One connection carries what is sent from here, which keeps the order of each pair; when both ends dialled at once
/// there are two, and each end sends on one of them.
/// </summary>
internal sealed class Association(Remoting remoting, Address remote)
{
    private readonly Lock _lock = new();
    private readonly List<Connection> _connections = new();
    private readonly Queue<Outbound> _waiting = new();
    private long _waitingBytes;
    private long _gatedUntil;
    private int _failures;
    private bool _dialling;
    private volatile bool _retired;
    private volatile Connection _current;

    public Address Remote => remote;

    /// <summary>Given up for want of use: a later one has taken, or will take, its place.</summary>
    public bool IsRetired => _retired;

    public bool HasWaiting { get { lock (_lock) return _waiting.Count > 0; } }

    /// <summary>Never waits: the message is sent, or buffered, or a dead letter.</summary>
    public void Send(RemoteActorRef recipient, object message, IActorRef sender)
    {
        if (_current is null && Gated()) remoting.ToDeadLetters(message, sender, recipient);
        else if (remoting.TrySerialize(recipient, message, sender, out var outbound))
        {
            switch (_current?.Send(outbound) ?? Appended.Closed)
            {
                case Appended.Overflow: remoting.Overflow(outbound, this); break;
                case Appended.Closed: SendWithoutConnection(outbound); break;
            }
        }
    }

    /// <summary>
    /// A connection with this address stands. A peer in a new life takes the place of its old one; a peer that dials
    /// again in the same life has given up its earlier connection, even if this end has not noticed.
    /// </summary>
    public bool TryAdd(Connection connection)
    {
        List<Connection> outdated;
        lock (_lock)
        {
            if (_retired) return false;
            outdated = _connections.FindAll(old => old.RemoteUid != connection.RemoteUid
                || (old.IsInbound && connection.IsInbound));
            _connections.Add(connection);
            _connections.RemoveAll(outdated.Contains);
            if (outdated.Contains(_current)) _current = null;
            remoting.Publish(new AssociatedEvent(remoting.LocalAddress, Remote, connection.IsInbound));
            if (_current is null && MayCarry(connection)) Carry(connection);
        }
        foreach (var old in outdated) old.Break(new ConnectionReplacedException(Remote));
        connection.Flush();
        return true;
    }

    public void Remove(Connection connection, Exception reason)
    {
        lock (_lock)
        {
            _connections.Remove(connection);
            if (_current == connection)
            {
                _current = null;
                if (_connections.Find(MayCarry) is { } other) Carry(other);
                else if (reason is not ConnectionReplacedException) CloseGate();
            }
        }
        remoting.Publish(new DisassociatedEvent(remoting.LocalAddress, Remote, connection.IsInbound));
    }

    public void DialFailed(Exception cause)
    {
        Outbound[] lost;
        bool first;
        lock (_lock)
        {
            first = _failures++ == 0;
            _dialling = false;
            if (_current is not null) return;
            CloseGate();
            lost = [.. _waiting];
            ForgetWaiting();
        }
        remoting.LogDialFailed(this, cause, first);
        remoting.Publish(new AssociationErrorEvent(cause, remoting.LocalAddress, Remote, false, LogLevel.WarningLevel));
        foreach (var message in lost) remoting.ToDeadLetters(message);
    }

    public void Dialled(Connection connection)
    {
        // Not retired: what dials is in use.
        TryAdd(connection);
        lock (_lock) _dialling = false;
    }

    /// <summary>Clients come and go under names of their own: what is left of one is nothing, once its gate is open again.</summary>
    public bool TryRetire()
    {
        lock (_lock) return _retired = _connections.Count == 0 && !_dialling && _waiting.Count == 0 && !Gated();
    }

    private bool MayCarry(Connection connection) => !connection.IsInbound || remoting.Settings.UsePassiveConnections;

    private bool Gated() => Environment.TickCount64 < Interlocked.Read(ref _gatedUntil);

    private void CloseGate()
    {
        var closedFor = remoting.Settings.RetryGateClosedFor;
        Interlocked.Exchange(ref _gatedUntil, Environment.TickCount64 + (long)closedFor.TotalMilliseconds);
    }

    /// <summary>What waited goes first; only then can another thread see the connection and send behind it.</summary>
    private void Carry(Connection connection)
    {
        Interlocked.Exchange(ref _gatedUntil, 0);
        while (_waiting.TryDequeue(out var message))
        {
            if (connection.Append(message) != Appended.Yes) remoting.Overflow(message, this);
        }
        ForgetWaiting();
        _failures = 0;
        _current = connection;
    }

    private void ForgetWaiting()
    {
        _waiting.Clear();
        _waitingBytes = 0;
    }

    private void SendWithoutConnection(in Outbound outbound)
    {
        Connection connection;
        var deadLetter = false;
        var overflow = false;
        Association successor = null;
        lock (_lock)
        {
            connection = _current;
            if (_retired) successor = remoting.With(Remote);
            else if (connection is not null) overflow = connection.Append(outbound) == Appended.Overflow;
            else if (Gated() || remoting.IsStopping) deadLetter = true;
            else overflow = !TryWait(outbound);
            if (connection is null && successor is null && !deadLetter && !_dialling)
            {
                _dialling = true;
                new Dialler(remoting, this).Start();
            }
        }
        successor?.SendWithoutConnection(outbound);
        if (deadLetter) remoting.ToDeadLetters(outbound);
        if (overflow) remoting.Overflow(outbound, this);
        connection?.Flush();
    }

    private bool TryWait(in Outbound outbound)
    {
        var tooMuch = _waiting.Count > 0 && _waitingBytes + outbound.Payload.Length > remoting.Settings.SendLimitBytes;
        if (tooMuch || _waiting.Count >= remoting.Settings.DialLimitMessages) return false;
        _waiting.Enqueue(outbound);
        _waitingBytes += outbound.Payload.Length;
        return true;
    }
}
