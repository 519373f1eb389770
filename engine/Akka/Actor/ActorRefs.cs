namespace Akka.Actor;

public static class ActorRefs
{
    public static readonly Nobody Nobody = Nobody.Instance;
    public static readonly IActorRef NoSender;
}

/// <summary>The ref of no actor. What it is told is gone.</summary>
public sealed class Nobody : IActorRef
{
    public static readonly Nobody Instance = new();

    private Nobody() { }

    ActorPath IActorRef.Path { get; } = new RootActorPath(new Address("akka", "all-systems")) / "Nobody";

    void ICanTell.Tell(object message, IActorRef sender) { }

    bool IEquatable<IActorRef>.Equals(IActorRef other) => ReferenceEquals(this, other);
}

public static class ActorRefImplicitSenderExtensions
{
    public static void Tell(this IActorRef receiver, object message) => receiver.Tell(message, ActorCell.Current?.Self);

    public static void Forward(this IActorRef receiver, object message) => receiver.Tell(message, ActorCell.Current?.Sender);
}
