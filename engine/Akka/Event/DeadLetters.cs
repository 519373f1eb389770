namespace Akka.Event;

/// <summary>Marks a message whose loss is no news.</summary>
public interface IDeadLetterSuppression;

/// <summary>A message that reached nobody, published on the event stream.</summary>
public abstract class AllDeadLetters(object message, IActorRef sender, IActorRef recipient)
{
    public object Message => message;
    public IActorRef Recipient => recipient;
    public IActorRef Sender => sender;

    public override string ToString() => $"{GetType().Name} from {Sender?.ToString() ?? "nobody"} to {Recipient}: <{Message}>";
}

/// <summary>The recipient does not exist, or no longer.</summary>
public sealed class DeadLetter(object message, IActorRef sender, IActorRef recipient) : AllDeadLetters(message, sender, recipient);

/// <summary>The recipient has no handler for it.</summary>
public sealed class UnhandledMessage(object message, IActorRef sender, IActorRef recipient) : AllDeadLetters(message, sender, recipient);

/// <summary>Logs dead letters, as many as `akka.log-dead-letters` says.</summary>
internal sealed class DeadLetterListener(ActorSystemImpl system, int most) : ActorBase
{
    private readonly bool _duringShutdown = system.Settings.Config.GetBoolean("akka.log-dead-letters-during-shutdown");
    private int _count;

    /// <summary>Subscribed before it runs: what is lost in the first moment counts too.</summary>
    public static void Start(ActorSystemImpl system)
    {
        var most = system.Settings.Config.GetString("akka.log-dead-letters") switch
        {
            "on" or "true" => int.MaxValue,
            "off" or "false" => 0,
            _ => system.Settings.Config.GetInt("akka.log-dead-letters"),
        };
        if (most <= 0) return;
        var listener = system.SystemActorOf(Props.Create(() => new DeadLetterListener(system, most)), "deadLetterListener");
        system.EventStream.Subscribe(listener, typeof(AllDeadLetters));
    }

    protected override bool Receive(object message)
    {
        if (message is not AllDeadLetters letter) return false;
        if ((system.IsTerminating && !_duringShutdown) || ++_count > most) return true;
        var fate = letter is UnhandledMessage ? "was unhandled" : "was not delivered";
        var last = _count == most ? ", no more will be logged" : "";
        var text = $"Message [{letter.Message.GetType().Name}] from {letter.Sender} to {letter.Recipient} {fate}. [{_count}] dead letters encountered{last}. "
            + "See akka.log-dead-letters and akka.log-dead-letters-during-shutdown.";
        system.EventStream.Publish(new Info(letter.Recipient?.Path.ToString() ?? "", letter.Recipient?.GetType() ?? GetType(), text));
        return true;
    }
}
