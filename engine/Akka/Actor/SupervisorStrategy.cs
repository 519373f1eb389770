namespace Akka.Actor;

public enum Directive
{
    /// <summary>Go on with the next message, the state as it is.</summary>
    Resume,

    /// <summary>A new instance behind the same ref.</summary>
    Restart,

    /// <summary>The parent fails in the child's place.</summary>
    Escalate,

    Stop,
}

/// <summary>What a parent does about a child that has failed.</summary>
public abstract class SupervisorStrategy
{
    private protected SupervisorStrategy() { }

    /// <summary>Restarts; stops what could not be started, was killed, or did not handle the end of an actor that it watches.</summary>
    public static readonly SupervisorStrategy DefaultStrategy = new OneForOneStrategy(DefaultDirective);

    public static readonly OneForOneStrategy StoppingStrategy = new(_ => Directive.Stop);

    internal abstract Directive Decide(ActorCell parent, ChildStats child, Exception cause);

    private static Directive DefaultDirective(Exception cause) =>
        cause is ActorInitializationException or ActorKilledException or DeathPactException ? Directive.Stop : Directive.Restart;
}

/// <summary>
/// Only the child that failed is concerned. More restarts than maxNrOfRetries (within the time range, if there is one) end in
/// a stop; null or -1 is no bound.
/// </summary>
public class OneForOneStrategy(int? maxNrOfRetries, TimeSpan? withinTimeRange, Func<Exception, Directive> localOnlyDecider) : SupervisorStrategy
{
    private readonly Func<Exception, Directive> _decider = localOnlyDecider ?? throw new ArgumentNullException(nameof(localOnlyDecider));
    private readonly int _maxRestarts = maxNrOfRetries ?? -1;
    private readonly TimeSpan _window = withinTimeRange ?? TimeSpan.Zero;

    public OneForOneStrategy(Func<Exception, Directive> localOnlyDecider) : this(null, null, localOnlyDecider) { }

    internal override Directive Decide(ActorCell parent, ChildStats child, Exception cause)
    {
        var directive = _decider(cause);
        if (directive == Directive.Restart && !child.MayRestart(_maxRestarts, _window)) directive = Directive.Stop;
        if (directive == Directive.Escalate) return directive;
        var text = cause is ActorInitializationException { InnerException: { } inner } ? inner.Message : cause.Message;
        var source = child.Child.Path.ToString();
        parent.SystemImpl.EventStream.Publish(directive == Directive.Resume
            ? new Warning(cause, source, GetType(), text)
            : new Error(cause, source, GetType(), text));
        return directive;
    }
}
