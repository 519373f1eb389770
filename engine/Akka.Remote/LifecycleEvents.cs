namespace Akka.Remote;

/// <summary>What happens to the links between systems, published on the event stream.</summary>
public abstract class RemotingLifecycleEvent
{
    public abstract LogLevel LogLevel();
}

/// <summary>Something that happened to the link with one other system.</summary>
public abstract class AssociationEvent : RemotingLifecycleEvent
{
    public abstract Address LocalAddress { get; protected set; }
    public abstract Address RemoteAddress { get; protected set; }
    public abstract bool IsInbound { get; protected set; }

    public override string ToString() => $"{GetType().Name[..^"Event".Length]} [{LocalAddress}]{(IsInbound ? " <- " : " -> ")}{RemoteAddress}";
}

/// <summary>A connection with the other system stands: messages flow both ways.</summary>
public sealed class AssociatedEvent(Address localAddress, Address remoteAddress, bool inbound) : AssociationEvent
{
    public override Address LocalAddress { get; protected set; } = localAddress;
    public override Address RemoteAddress { get; protected set; } = remoteAddress;
    public override bool IsInbound { get; protected set; } = inbound;

    public override LogLevel LogLevel() => Event.LogLevel.DebugLevel;
}

/// <summary>A connection that stood is gone, whoever closed it; what was in flight is lost.</summary>
public sealed class DisassociatedEvent(Address localAddress, Address remoteAddress, bool inbound) : AssociationEvent
{
    public override Address LocalAddress { get; protected set; } = localAddress;
    public override Address RemoteAddress { get; protected set; } = remoteAddress;
    public override bool IsInbound { get; protected set; } = inbound;

    public override LogLevel LogLevel() => Event.LogLevel.DebugLevel;
}

/// <summary>A connection could not be made, or broke for a reason that is worth telling.</summary>
public sealed class AssociationErrorEvent(Exception cause, Address localAddress, Address remoteAddress, bool inbound, LogLevel level)
    : AssociationEvent
{
    public Exception Cause => cause;
    public override Address LocalAddress { get; protected set; } = localAddress;
    public override Address RemoteAddress { get; protected set; } = remoteAddress;
    public override bool IsInbound { get; protected set; } = inbound;

    public override LogLevel LogLevel() => level;

    public override string ToString() => $"{base.ToString()}: {Cause.Message}";
}

/// <summary>The system listens; published once, when it starts.</summary>
public sealed class RemotingListenEvent(IList<Address> listenAddresses) : RemotingLifecycleEvent
{
    public IList<Address> ListenAddresses => listenAddresses;

    public override LogLevel LogLevel() => Event.LogLevel.InfoLevel;

    public override string ToString() =>
        $"Remoting now listens on addresses: [{string.Join(", ", ListenAddresses.Select(address => address.ToString()))}]";
}

/// <summary>The system has closed its connections and listens no more.</summary>
public sealed class RemotingShutdownEvent : RemotingLifecycleEvent
{
    public override LogLevel LogLevel() => Event.LogLevel.InfoLevel;

    public override string ToString() => "Remoting shut down";
}
