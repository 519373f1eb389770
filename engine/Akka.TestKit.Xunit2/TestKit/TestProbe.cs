namespace Akka.TestKit;

/// <summary>One more actor for a test to send from and receive with. It can be given wherever a ref is wanted.</summary>
public class TestProbe : TestKitBase, IActorRef, IWrapsActorRef
{
    internal TestProbe(ActorSystem system, string testProbeName) : base(system, testProbeName) { }

    public IActorRef Ref => TestActor;

    /// <summary>Who sent the message that was received last.</summary>
    public IActorRef Sender => LastSender;

    ActorPath IActorRef.Path => TestActor.Path;
    IActorRef IWrapsActorRef.Wrapped => TestActor;

    public void Send(IActorRef actor, object message) => actor.Tell(message, TestActor);

    public void Forward(IActorRef actor) => Forward(actor, Last?.Message);
    public void Forward(IActorRef actor, object message) => actor.Tell(message, Sender);

    public void Reply(object message) => Sender.Tell(message, TestActor);

    void ICanTell.Tell(object message, IActorRef sender) => TestActor.Tell(message, sender);

    bool IEquatable<IActorRef>.Equals(IActorRef other) => TestActor.Equals(other);

    public override bool Equals(object obj) => TestActor.Equals(obj);
    public override int GetHashCode() => TestActor.GetHashCode();
    public override string ToString() => $"TestProbe({TestActor})";
}
