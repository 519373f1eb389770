using System.Collections.Immutable;
using System.Diagnostics;
using PbKv.Actors.Shells;
using PbKv.Actors.Tests.Cluster;
using PbKv.Protocol;

namespace PbKv.Actors.Tests.Scenarios;

internal readonly record struct Parcel(NodeAddress From, NodeAddress To, Message Message);

/// <summary>
/// What lies between the nodes of a test: every envelope passes here on its way out of a shell. Nothing is lost or late
/// but by a rule, or by the seed of <see cref="BeLossy"/>.
/// </summary>
internal sealed class Network(int seed)
{
    private readonly long _made = Stopwatch.GetTimestamp();
    private readonly Lock _lock = new();
    private readonly Random _random = new(seed);
    private readonly List<(Func<Parcel, bool> Of, TaskCompletionSource Seen)> _watches = [];
    private ImmutableList<NetworkRule> _rules = [];
    private bool _lossy;
    private long _ticks;
    private long _toViewService;
    private long _pings;

    /// <summary>For people who read what the nodes said: no test asks for it.</summary>
    public TimeSpan Age => Stopwatch.GetElapsedTime(_made);

    /// <summary>Delivers what comes late, whether or not its sender is still there.</summary>
    public required IOutbox Postman { get; init; }

    /// <summary>The newest tick of the view service that anybody was told of: durations are counted in these.</summary>
    public long Ticks => Interlocked.Read(ref _ticks);

    public long MessagesToViewService => Interlocked.Read(ref _toViewService);

    public long Pings => Interlocked.Read(ref _pings);

    /// <summary>How many messages were lost, delayed or repeated by the seed.</summary>
    public int Struck { get; private set; }

    public NetworkRule Drop(Func<Parcel, bool> of) => Add(new NetworkRule(this, of, Fate.Drop));

    /// <summary>Keeps back until released: late and, as others pass, out of order.</summary>
    public NetworkRule Hold(Func<Parcel, bool> of) => Add(new NetworkRule(this, of, Fate.Hold));

    /// <summary>Lets pass and remembers, to repeat all of it later.</summary>
    public NetworkRule Remember(Func<Parcel, bool> of) => Add(new NetworkRule(this, of, Fate.Remember));

    public NetworkRule Slow(Func<Parcel, bool> of, TimeSpan by) =>
        Add(new NetworkRule(this, of, Fate.Slow) { Delay = by });

    /// <summary>One direction of one link.</summary>
    public NetworkRule Cut(Member from, Member to) => Drop(parcel => parcel.From == from.Name && parcel.To == to.Name);

    public NetworkRule CutBoth(Member one, Member other) =>
        Drop(parcel =>
            (parcel.From == one.Name && parcel.To == other.Name) || (parcel.From == other.Name && parcel.To == one.Name)
        );

    public NetworkRule Isolate(Member one, params Member[] from) =>
        Drop(parcel =>
            from.Any(other =>
                (parcel.From == one.Name && parcel.To == other.Name)
                || (parcel.From == other.Name && parcel.To == one.Name)
            )
        );

    /// <summary>
    /// One in ten is lost before it is handled, one in five answers of the rest, and some come late, twice or in
    /// another order.
    /// </summary>
    public void BeLossy() => _lossy = true;

    public void Heal()
    {
        lock (_lock)
            (_rules, _lossy) = ([], false);
    }

    /// <summary>Completes when the first such message leaves its node.</summary>
    public Task Seen(Func<Parcel, bool> of)
    {
        var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
            _watches.Add((of, seen));
        return seen.Task.WaitAsync(TestCluster.Patience);
    }

    public void Remove(NetworkRule rule)
    {
        lock (_lock)
            _rules = _rules.Remove(rule);
    }

    public void Send(Envelope envelope, NodeAddress viewService, IOutbox out_)
    {
        foreach (var message in envelope.Messages)
            Count(new Parcel(envelope.From, envelope.To, message), viewService);
        var rules = _rules;
        var passing = rules.IsEmpty ? envelope : Judge(envelope, rules, out_);
        if (passing.Messages.Length == 0)
            return;
        if (_lossy)
            SendLossy(passing, out_);
        else
            out_.Send(passing);
    }

    /// <summary>A timer of the runtime holds on to itself until it has fired.</summary>
    public static void Later(TimeSpan delay, Action action)
    {
        Timer? timer = null;
        timer = new Timer(_ =>
        {
            action();
            timer!.Dispose();
        });
        timer.Change(delay, Timeout.InfiniteTimeSpan);
    }

    private NetworkRule Add(NetworkRule rule)
    {
        lock (_lock)
            _rules = _rules.Add(rule);
        return rule;
    }

    private static Envelope Judge(Envelope envelope, ImmutableList<NetworkRule> rules, IOutbox out_)
    {
        var passing = envelope.Messages;
        foreach (var message in envelope.Messages)
        {
            var parcel = new Parcel(envelope.From, envelope.To, message);
            if (!rules.TrueForAll(rule => rule.LetsPass(parcel, envelope, out_)))
                passing = passing.Remove(message);
        }
        return passing.Length == envelope.Messages.Length ? envelope : envelope with { Messages = passing };
    }

    private void Count(in Parcel parcel, NodeAddress viewService)
    {
        if (parcel.To == viewService)
        {
            Interlocked.Increment(ref _toViewService);
            if (parcel.Message is Ping)
                Interlocked.Increment(ref _pings);
        }
        if (parcel.Message is PingAnswer answer && answer.Answer > Ticks)
            Interlocked.Exchange(ref _ticks, answer.Answer);
        lock (_lock)
        {
            for (var i = _watches.Count - 1; i >= 0; i--)
            {
                if (!_watches[i].Of(parcel))
                    continue;
                _watches[i].Seen.TrySetResult();
                _watches.RemoveAt(i);
            }
        }
    }

    private void SendLossy(Envelope envelope, IOutbox out_)
    {
        var answers =
            envelope.Messages[0]
            is Reply
                or Refusal
                or SessionOpened
                or ForwardAck
                or ChunkAck
                or PingAnswer
                or ViewNews;
        int chance,
            delay;
        lock (_lock)
            (chance, delay) = (_random.Next(100), _random.Next(1, 30));
        var lost = answers ? 20 : 10;
        if (chance < lost + 20)
            Struck++;
        if (chance < lost)
            return;
        if (chance < lost + 15)
        {
            Later(TimeSpan.FromMilliseconds(delay), () => out_.Send(envelope));
            return;
        }
        out_.Send(envelope);
        if (chance < lost + 20)
            out_.Send(envelope);
    }
}
