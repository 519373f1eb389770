using System.Collections.Concurrent;
using PbKv.Actors.Shells;
using PbKv.Protocol;

namespace PbKv.Actors.Tests.Scenarios;

internal enum Fate
{
    Drop,
    Hold,
    Remember,
    Slow,
}

/// <summary>A fault of the network: what it strikes, what becomes of it, and how often it struck.</summary>
internal sealed class NetworkRule(Network network, Func<Parcel, bool> of, Fate fate)
{
    private readonly ConcurrentQueue<Envelope> _kept = new();
    private int _struck;

    public TimeSpan Delay { get; init; }

    /// <summary>A test that waits for this knows that its situation did occur.</summary>
    public int Struck => Volatile.Read(ref _struck);

    public bool LetsPass(in Parcel parcel, Envelope envelope, IOutbox out_)
    {
        if (!of(parcel))
            return true;
        Interlocked.Increment(ref _struck);
        var alone = envelope with { Messages = [parcel.Message] };
        if (fate is Fate.Hold or Fate.Remember)
            _kept.Enqueue(alone);
        if (fate == Fate.Slow)
            Network.Later(Delay, () => out_.Send(alone));
        return fate == Fate.Remember;
    }

    /// <summary>The fault is over; what it kept stays where it is.</summary>
    public void Lift() => network.Remove(this);

    /// <summary>Everything that was kept arrives now, in the order in which it was sent, however long ago.</summary>
    /// <returns>How many messages.</returns>
    public int Release()
    {
        Lift();
        var released = 0;
        for (; _kept.TryDequeue(out var late); released++)
            network.Postman.Send(late);
        return released;
    }
}
