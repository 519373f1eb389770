namespace Akka.Actor;

/// <summary>Unbounded: what is put aside is bounded by what the actor was sent.</summary>
internal sealed class Stash(ActorCell cell) : IStash
{
    private readonly LinkedList<(object Message, IActorRef Sender)> _kept = new();
    private object _lastStashed;

    void IStash.Stash()
    {
        var message = cell.CurrentMessage ?? throw new IllegalActorStateException("there is no message to stash: none is being handled");
        if (_kept.Count > 0 && ReferenceEquals(message, _lastStashed) && ReferenceEquals(_kept.Last.Value.Sender, cell.CurrentSender))
            throw new IllegalActorStateException($"message {message} is stashed already; a message can be stashed once each time it is handled");
        _kept.AddLast((message, cell.CurrentSender));
        _lastStashed = message;
    }

    public void Unstash()
    {
        if (_kept.First is not { } first) return;
        _kept.RemoveFirst();
        cell.Mailbox.Prepend(first.Value.Message, first.Value.Sender);
    }

    public void UnstashAll()
    {
        for (var last = _kept.Last; last is not null; last = last.Previous) cell.Mailbox.Prepend(last.Value.Message, last.Value.Sender);
        _kept.Clear();
    }
}
