using System.Collections.Concurrent;
using System.Text;

namespace PbKv.Chaos;

/// <summary>
/// All links, one for each ordered pair. Who dials through a relay is told by the host in the first bytes: the
/// Associate frame of Akka's handshake names the system that sends it, and nobody else; every node and client has a
/// host of its own.
/// </summary>
internal sealed class Links
{
    /// <summary>
    /// Whoever is none of the nodes and clients: the one that watches over the run. Nothing happens to its links.
    /// </summary>
    public const string Operator = "operator";

    private readonly ConcurrentDictionary<(string From, string To), Link> _links = new();
    private readonly ConcurrentDictionary<string, byte[]> _hosts = new();

    /// <param name="host">A host that is not the beginning of another's.</param>
    public void Name(string name, string host) => _hosts[name] = Encoding.UTF8.GetBytes(host);

    public Link Between(string from, string to) => _links.GetOrAdd((from, to), pair => new Link(pair.From, pair.To));

    /// <param name="hello">The first bytes that the dialler sent.</param>
    public string Recognise(ReadOnlySpan<byte> hello)
    {
        foreach (var (name, host) in _hosts)
        {
            if (hello.IndexOf(host) >= 0)
                return name;
        }
        return Operator;
    }

    public void OpenAll()
    {
        foreach (var link in _links.Values)
            link.Open();
    }
}

/// <summary>The way of bytes from one node to another, in this one direction: open, slow, or cut.</summary>
internal sealed class Link(string from, string to)
{
    private readonly Lock _lock = new();
    private TaskCompletionSource _changed = NewSource();
    private Passage _passage = Passage.Open;
    private TimeSpan _delay;

    private enum Passage
    {
        Open,
        Slow,
        Held,
        Swallowed,
    }

    public string From => from;

    public string To => to;

    public bool IsOpen
    {
        get
        {
            lock (_lock)
                return _passage == Passage.Open;
        }
    }

    /// <param name="swallow">
    /// Bytes are lost, and their connections broken when the link is whole again; otherwise they wait, and come late:
    /// both happen to networks, and it is the late ones that speak of views long gone.
    /// </param>
    public void Cut(bool swallow) => Change(swallow ? Passage.Swallowed : Passage.Held, TimeSpan.Zero);

    /// <summary>What is sent in one go takes so much longer, and what is behind it waits.</summary>
    public void Slow(TimeSpan delay) => Change(Passage.Slow, delay);

    public void Open() => Change(Passage.Open, TimeSpan.Zero);

    /// <summary>Completes when bytes that are here now may go on.</summary>
    /// <returns>False where they are lost.</returns>
    public async ValueTask<bool> PassAsync(CancellationToken cancellation)
    {
        while (true)
        {
            Task changed;
            Passage passage;
            TimeSpan delay;
            lock (_lock)
                (changed, passage, delay) = (_changed.Task, _passage, _delay);
            switch (passage)
            {
                case Passage.Open:
                    return true;
                case Passage.Swallowed:
                    return false;
                case Passage.Slow:
                    await Task.Delay(delay, cancellation);
                    return true;
                default:
                    await changed.WaitAsync(cancellation);
                    break;
            }
        }
    }

    /// <summary>Completes when the link is no longer one that swallows.</summary>
    public async Task WhenWholeAsync(CancellationToken cancellation)
    {
        while (true)
        {
            Task changed;
            lock (_lock)
            {
                if (_passage != Passage.Swallowed)
                    return;
                changed = _changed.Task;
            }
            await changed.WaitAsync(cancellation);
        }
    }

    public override string ToString() => $"{from}→{to}";

    private void Change(Passage passage, TimeSpan delay)
    {
        TaskCompletionSource before;
        lock (_lock)
        {
            (_passage, _delay) = (passage, delay);
            before = _changed;
            _changed = NewSource();
        }
        before.SetResult();
    }

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
