namespace Akka.Dispatch;

/// <summary>
/// A thread that brings messages from outside may run the actors that they wake itself, once it has delivered them all: for
/// messages that come alone, handing them to other threads costs more than anything else on their way.
/// Actors whose dispatcher has threads of its own are not concerned. Each of the mailboxes that the thread keeps is run by whoever
/// claims it: the thread, one after the other, or, when an actor holds it up, the pool.
/// </summary>
internal sealed class KeptMailboxes
{
    private const int Most = 64;

    private readonly Mailbox[] _mailboxes = new Mailbox[Most];
    private int _count;
    private int _claimed;

    /// <summary>Where mailboxes that this thread wakes from now on are kept; null sends them to the pool.</summary>
    [field: ThreadStatic]
    public static KeptMailboxes OfThisThread { get; set; }

    public bool IsEmpty => _count == 0;

    public bool TryAdd(Mailbox mailbox)
    {
        if (_count == Most) return false;
        _mailboxes[_count++] = mailbox;
        return true;
    }

    public bool TryClaim(out Mailbox mailbox)
    {
        var claim = Interlocked.Increment(ref _claimed);
        mailbox = claim <= _count ? _mailboxes[claim - 1] : null;
        return mailbox is not null;
    }

    /// <summary>All that nobody has claimed goes to the pool.</summary>
    public void HandOver()
    {
        while (TryClaim(out var mailbox)) Dispatcher.Pool.Schedule(mailbox, preferLocal: false);
    }

    /// <summary>Only while nobody else may claim anything.</summary>
    public void Clear()
    {
        Array.Clear(_mailboxes, 0, _count);
        _count = _claimed = 0;
    }
}
