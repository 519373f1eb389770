namespace Akka.Dispatch;

/// <summary>
/// A thread that brings messages from outside may run one of the actors that they wake itself, once it has delivered
/// them all: for a message that comes alone, handing it to another thread costs more than anything else on its way.
/// Actors whose dispatcher has threads of its own are not concerned.
/// </summary>
internal static class Delivery
{
    [ThreadStatic] private static bool t_open;
    [ThreadStatic] private static Mailbox t_kept;

    /// <summary>Whether what is delivered next may leave a mailbox to this thread.</summary>
    public static void Allow(bool keep) => t_open = keep;

    /// <summary>The mailbox that this thread now has to run, if there is one.</summary>
    public static Mailbox Close()
    {
        var kept = t_kept;
        t_open = false;
        t_kept = null;
        return kept;
    }

    public static bool TryKeep(Mailbox mailbox)
    {
        if (!t_open || t_kept is not null) return false;
        t_kept = mailbox;
        return true;
    }
}
